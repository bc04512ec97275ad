import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { svgOf } from '../../src/review/drawing';
import { readPlan, type Plan } from '../../src/review/plan';
import { renderHtml } from '../../src/review/render-html';
import { renderJson } from '../../src/review/render-json';
import { renderMarkdown } from '../../src/review/render-markdown';
import { renderTerminal } from '../../src/review/render-terminal';
import { reportOf, type Report, type ReportOptions } from '../../src/review/report';

export function fixtureText(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
}

export function fixture(name: string): Plan {
  return readPlan(fixtureText(name), name);
}

export function reviewOf(name: string, options?: ReportOptions): Report {
  return reportOf([fixture(name)], options);
}

type State = Record<string, unknown> | null;

export interface ChangeParts {
  readonly address: string;
  readonly before?: State;
  readonly after?: State;
  readonly actions?: readonly string[];
  readonly change?: Record<string, unknown>;
  readonly [name: string]: unknown;
}

/** One resource change as Terraform writes it; actions follow from what is there before and after. */
export function change({
  address,
  before = null,
  after = null,
  actions,
  change: rest,
  ...others
}: ChangeParts): Record<string, unknown> {
  const [type = '', name = ''] = address
    .replace(/\[.*\]$/, '')
    .split('.')
    .slice(-2);
  const likely = before === null ? ['create'] : after === null ? ['delete'] : ['update'];
  return {
    address,
    mode: 'managed',
    type,
    name,
    ...others,
    change: {
      actions: actions ?? likely,
      before,
      after,
      after_unknown: {},
      before_sensitive: {},
      after_sensitive: {},
      ...rest,
    },
  };
}

export function planText(changes: readonly unknown[], rest: Record<string, unknown> = {}): string {
  return JSON.stringify({
    format_version: '1.2',
    planned_values: { root_module: {} },
    resource_changes: changes,
    ...rest,
  });
}

export function review(changes: readonly unknown[], options?: ReportOptions, rest?: Record<string, unknown>): Report {
  return reportOf([readPlan(planText(changes, rest), 'stack')], options);
}

/** The report in every format, by name. */
export async function allFormats(report: Report): Promise<Record<string, string>> {
  return {
    terminal: renderTerminal(report, { all: true }),
    markdown: renderMarkdown(report),
    html: renderHtml(report, await svgOf(report.picture, 'picture')),
    json: renderJson(report),
  };
}
