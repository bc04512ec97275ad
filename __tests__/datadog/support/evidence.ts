import type { Asked } from './asked';
import { derivedEventTypes, derivedFacets, documentedChecks, documentedMetrics } from './documented-names';
import type { MetricFilter, MetricQuery, SearchTerm, Tag } from './grammar';

/** A span as the tracer sends it. */
export interface Span {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string | null;
  readonly name: string;
  readonly service: string;
  readonly resource: string;
  readonly error?: number;
  readonly meta: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** An event as the browser's SDK sends it. */
export type BrowserEvent = Readonly<Record<string, unknown>> & { readonly type: string };

export interface Evidence {
  readonly spans: readonly Span[];
  readonly events: readonly BrowserEvent[];
}

export interface Context {
  /** What the dashboard's template variables stand for. */
  readonly variables: Readonly<Record<string, Tag>>;
  /** Metrics that the stack makes itself, of searches that are judged on their own. */
  readonly ownMetrics: readonly string[];
  /** The tags of our monitors and SLOs. */
  readonly ownTags: readonly string[];
}

/** How we know that a query will find data: seen, documented by Datadog, or made by the stack itself. */
export interface Verdict {
  readonly asked: Asked;
  readonly proof: 'observed' | 'documented' | 'own';
  readonly problems: readonly string[];
}

/** Whether everything that `asked` names can be derived from `evidence`, or is documented. */
export function judge(asked: Asked, evidence: Evidence, context: Context): Verdict {
  switch (asked.kind) {
    case 'metrics':
      return combined(
        asked,
        asked.metrics.map((metric) => judgeMetric(metric, evidence, context)),
      );
    case 'check': {
      const known = documentedChecks[asked.check];
      const tags = [...asked.over.map(({ tag }) => tag), ...asked.by];
      const problems =
        known === undefined
          ? [`service check ${asked.check} is not documented`]
          : tags.filter((tag) => !known.tags.includes(tag)).map((tag) => `${asked.check} has no tag ${tag}`);
      return { asked, proof: 'documented', problems };
    }
    case 'search':
      return combined(asked, [judgeSearch(asked, evidence, context)]);
    case 'tag': {
      const tag = `${asked.tag.tag}:${asked.tag.value}`;
      return {
        asked,
        proof: 'own',
        problems: context.ownTags.includes(tag) ? [] : [`no monitor or SLO has the tag ${tag}`],
      };
    }
    case 'ids':
      return { asked, proof: 'own', problems: [] };
  }
}

type Part = Omit<Verdict, 'asked'>;

function combined(asked: Asked, parts: readonly Part[]): Verdict {
  const proofs = parts.map(({ proof }) => proof);
  return {
    asked,
    proof: proofs.includes('documented') ? 'documented' : proofs.includes('observed') ? 'observed' : 'own',
    problems: parts.flatMap(({ problems }) => problems),
  };
}

function judgeMetric(query: MetricQuery, { spans }: Evidence, { variables, ownMetrics }: Context): Part {
  const { metric, by } = query;
  const filters = query.filters.map((filter) => resolved(filter, variables));
  if (ownMetrics.includes(metric)) {
    const tags = [...filters.map(({ tag }) => tag), ...by];
    return { proof: 'own', problems: tags.map((tag) => `${metric} is not grouped by ${tag}`) };
  }
  if (metric.startsWith('trace.')) return { proof: 'observed', problems: judgeTraceMetric(metric, filters, by, spans) };
  const family = documentedMetrics.find(({ metrics }) => metrics.includes(metric));
  if (family === undefined) return { proof: 'documented', problems: [`${metric} is neither observed nor documented`] };
  const tags = [...filters.map(({ tag }) => tag), ...by];
  return {
    proof: 'documented',
    problems: tags.filter((tag) => !family.tags.includes(tag)).map((tag) => `${metric} has no documented tag ${tag}`),
  };
}

/** `trace.<span>` and its four metrics: https://docs.datadoghq.com/tracing/metrics/metrics_namespace/ */
function judgeTraceMetric(
  metric: string,
  filters: readonly Tag[],
  by: readonly string[],
  spans: readonly Span[],
): string[] {
  const [, name = '', suffix = ''] = /^trace\.(.+?)(\.hits\.by_http_status|\.hits|\.errors)?$/.exec(metric) ?? [];
  let candidates = spans.filter((span) => span.name === name && hasMetrics(span, spans));
  if (candidates.length === 0) return [`${metric}: no span ${name} was seen that metrics are made of`];
  for (const { tag, value } of filters) {
    const left = candidates.filter((span) => tagOf(span, tag) === value);
    if (left.length === 0) {
      const seen = [...new Set(candidates.map((span) => tagOf(span, tag) ?? '(none)'))].sort().join(', ');
      return [`${metric}: no span ${name} has ${tag}:${value}, only ${seen}`];
    }
    candidates = left;
  }
  const wanted = [...by, ...(suffix === '.hits.by_http_status' ? ['http.status_code'] : [])];
  return [
    ...wanted
      .filter((tag) => candidates.every((span) => tagOf(span, tag) === undefined))
      .map((tag) => `${metric}: its spans have no ${tag}`),
    ...(suffix === '.errors' && candidates.every(({ error }) => error !== 1)
      ? [`${metric}: none of its spans was seen to fail`]
      : []),
  ];
}

/** Metrics are made of the first span of a service in a trace, and of spans that the tracer marks as measured. */
function hasMetrics(span: Span, spans: readonly Span[]): boolean {
  if (span.metrics['_dd.measured'] === 1) return true;
  const parent = spans.find(({ span_id, trace_id }) => span_id === span.parent_id && trace_id === span.trace_id);
  return parent === undefined || parent.service !== span.service;
}

function tagOf(span: Span, tag: string): string | undefined {
  switch (tag) {
    case 'service':
      return span.service;
    case 'resource_name':
      return tagValue(span.resource);
    default:
      return span.meta[tag] ?? span.metrics[tag]?.toString();
  }
}

/** How Datadog spells a value as a tag: https://docs.datadoghq.com/getting_started/tagging/#define-tags */
export function tagValue(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}_\-:./]+/gu, '_');
}

function judgeSearch(
  { search, measures, facets }: Extract<Asked, { kind: 'search' }>,
  { events }: Evidence,
  { variables }: Context,
): Part {
  let proof: Part['proof'] = 'observed';
  const problems: string[] = [];
  const candidates = search.reduce<readonly BrowserEvent[]>((left, term) => {
    if (isDerived(term)) {
      proof = 'documented';
      return left;
    }
    const found = left.filter((event) => matches(event, term, variables));
    if (found.length === 0) problems.push(`no event matches ${JSON.stringify(term)} beside the terms before it`);
    return found;
  }, events);
  for (const attribute of [...measures, ...facets]) {
    if (attribute in derivedFacets) proof = 'documented';
    else if (candidates.every((event) => attributeOf(event, attribute) === undefined)) {
      problems.push(`no event that matches has ${attribute}`);
    }
  }
  return { proof, problems };
}

function isDerived(term: SearchTerm): boolean {
  if (!('attribute' in term)) return false;
  return term.attribute in derivedFacets || (term.attribute === '@type' && term.value in derivedEventTypes);
}

function matches(event: BrowserEvent, term: SearchTerm, variables: Context['variables']): boolean {
  if ('attribute' in term) {
    const value = attributeOf(event, term.attribute);
    switch (term.comparison) {
      case '=':
        return value === term.value;
      case '<':
        return typeof value === 'number' && value < Number(term.value);
      default:
        throw new Error(`comparison must be = or <, got ${term.comparison}`);
    }
  }
  const { tag, value } = 'variable' in term ? variable(term.variable, variables) : term;
  const tags = typeof event.ddtags === 'string' ? event.ddtags.split(',') : [];
  return event[tag] === value || tags.includes(`${tag}:${value}`);
}

function attributeOf(event: BrowserEvent, attribute: string): unknown {
  return attribute
    .slice(1)
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], event);
}

function resolved(filter: MetricFilter, variables: Context['variables']): Tag {
  return 'variable' in filter ? variable(filter.variable, variables) : filter;
}

function variable(name: string, variables: Context['variables']): Tag {
  const tag = variables[name];
  if (tag === undefined)
    throw new Error(`template variable must be one of ${Object.keys(variables).join(', ')}, got ${name}`);
  return tag;
}
