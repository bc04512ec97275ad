import { readFileSync } from 'node:fs';
import { generate } from 'peggy';

export interface MetricQuery {
  readonly aggregator: string;
  readonly metric: string;
  readonly filters: readonly MetricFilter[];
  readonly by: readonly string[];
  readonly count: boolean;
}

export type MetricFilter =
  | { readonly negated: boolean; readonly tag: string; readonly value: string }
  | { readonly negated: boolean; readonly variable: string };

export type SearchTerm =
  | { readonly attribute: string; readonly comparison: string; readonly value: string }
  | { readonly tag: string; readonly value: string }
  | { readonly variable: string };

export interface Tag {
  readonly tag: string;
  readonly value: string;
}

export type MonitorQuery =
  | { readonly kind: 'metric'; readonly metrics: readonly MetricQuery[]; readonly limit: number }
  | { readonly kind: 'check'; readonly check: string; readonly over: readonly Tag[]; readonly by: readonly string[] }
  | {
      readonly kind: 'search';
      readonly search: readonly SearchTerm[];
      readonly measures: readonly string[];
      readonly limit: number;
    }
  | { readonly kind: 'burn'; readonly limit: number }
  | { readonly kind: 'composite' };

const parser = generate(readFileSync(new URL('query.peggy', import.meta.url), 'utf8'), {
  allowedStartRules: ['Monitor', 'Formula', 'Search', 'TagSearch'],
});

export function parseMonitor(query: string): MonitorQuery {
  return parse(query, 'Monitor') as MonitorQuery;
}

export function parseMetrics(query: string): readonly MetricQuery[] {
  return parse(query, 'Formula') as readonly MetricQuery[];
}

export function parseSearch(query: string): readonly SearchTerm[] {
  return parse(query, 'Search') as readonly SearchTerm[];
}

export function parseTagSearch(query: string): Tag {
  return parse(query, 'TagSearch') as Tag;
}

function parse(query: string, startRule: string): unknown {
  try {
    return parser.parse(query, { startRule });
  } catch (error) {
    throw new Error(`${startRule} must be in the grammar, got ${query}: ${String(error)}`, { cause: error });
  }
}
