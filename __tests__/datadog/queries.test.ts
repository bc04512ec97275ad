import { describe, expect, test } from 'vitest';
import { contextOf, everythingAsked, type Asked } from './support/asked';
import { judge } from './support/evidence';
import { Synthesized } from './support/fixture';
import { parseMetrics, parseMonitor, parseSearch } from './support/grammar';

const stack = Synthesized.observability();
const asked = everythingAsked(stack);
const context = contextOf(stack);
const nothingSeen = { spans: [], events: [] };

test('every query of dashboard, monitors, SLOs and metrics is in the grammar', () => {
  expect(asked.length).toBeGreaterThan(70);
});

test('no query carries what a template forgot to fill', () => {
  for (const { text } of asked) expect(text).not.toMatch(/undefined|NaN|\bnull\b|\[object|\$\$/);
});

test('what cannot be seen on one machine is documented, and the rest needs to be seen', () => {
  const verdicts = asked.map((one) => judge(one, nothingSeen, context));
  const failing = verdicts.filter(({ problems }) => problems.length > 0);
  expect(verdicts.length - failing.length).toBeGreaterThan(30);
  for (const { asked: one } of failing) expect(['metrics', 'search']).toContain(one.kind);
  for (const { asked: one } of failing) expect(one.text).toMatch(/trace\.|@type:/);
});

test('the limit in a query is the monitor’s critical threshold', () => {
  for (const monitor of stack.all('datadog_monitor')) {
    const query = parseMonitor(String(monitor.query));
    if (!('limit' in query)) continue;
    expect(query.limit).toBe(Number((monitor.monitor_thresholds as { critical: string }).critical));
  }
});

describe('the grammar refuses', () => {
  test.each([
    'avg:system.cpu.user{host:a} by host',
    'avg:system.cpu.user(host:a)',
    'mean:system.cpu.user{host:a}',
    'avg:system.cpu.user{host:a}.rollup(sum)',
    'avg:system.cpu.user{host:$unclosed{}}',
    'top(avg:a{*} by {b}, 10, "mean", "desc")',
  ])('%s', (query) => {
    expect(() => parseMetrics(query)).toThrow('Formula must be in the grammar');
  });

  test('a search with an operator that nobody taught it', () => {
    expect(() => parseSearch('@type:view OR @type:error')).toThrow('Search must be in the grammar');
  });
});

describe('the judge refuses', () => {
  const metrics = (text: string): Asked => ({ where: 'here', text, kind: 'metrics', metrics: parseMetrics(text) });

  test('a metric that nobody documented', () => {
    expect(judge(metrics('avg:aws.rds.cpu{dbinstanceidentifier:a}'), nothingSeen, context).problems).toEqual([
      'aws.rds.cpu is neither observed nor documented',
    ]);
  });

  test('a tag that a documented metric does not have', () => {
    expect(judge(metrics('avg:aws.rds.cpuutilization{env:test}'), nothingSeen, context).problems).toEqual([
      'aws.rds.cpuutilization has no documented tag env',
    ]);
  });

  test('a span metric without a span', () => {
    expect(judge(metrics('sum:trace.flask.request.hits{env:test}.as_count()'), nothingSeen, context).problems).toEqual([
      'trace.flask.request.hits: no span flask.request was seen that metrics are made of',
    ]);
  });
});
