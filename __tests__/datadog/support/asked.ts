import type { Context } from './evidence';
import type { Attributes, Synthesized } from './fixture';
import {
  parseMetrics,
  parseMonitor,
  parseSearch,
  parseTagSearch,
  type MetricQuery,
  type SearchTerm,
  type Tag,
} from './grammar';

/** One thing that the stack asks Datadog for, and where it does. */
export type Asked = { readonly where: string; readonly text: string } & (
  | { readonly kind: 'metrics'; readonly metrics: readonly MetricQuery[] }
  | { readonly kind: 'check'; readonly check: string; readonly over: readonly Tag[]; readonly by: readonly string[] }
  | {
      readonly kind: 'search';
      readonly search: readonly SearchTerm[];
      readonly measures: readonly string[];
      readonly facets: readonly string[];
    }
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'ids' }
);

/** Every query of the stack, parsed. Throws on anything that the grammar or this walk does not know. */
export function everythingAsked(stack: Synthesized): Asked[] {
  return [
    ...widgets(stack.dashboard.widgets).flatMap((widget) => askedByWidget(widget)),
    ...stack.all('datadog_monitor').map((monitor) => askedByMonitor(String(monitor.name), String(monitor.query))),
    ...stack.all('datadog_service_level_objective').flatMap(askedBySlo),
    ...stack.all('datadog_rum_metric').map((metric): Asked => {
      const text = String((metric.filter as Attributes).query);
      return {
        where: `metric ${String(metric.name)}`,
        text,
        kind: 'search',
        search: parseSearch(text),
        measures: [],
        facets: [],
      };
    }),
  ];
}

/** The definitions of all widgets, those in groups and the groups themselves. */
export function widgets(list: unknown): Attributes[] {
  return (list as { readonly definition: Attributes }[]).flatMap(({ definition }) =>
    definition.type === 'group' ? [definition, ...widgets(definition.widgets)] : [definition],
  );
}

function askedByMonitor(name: string, text: string): Asked {
  const where = `monitor ${name}`;
  const query = parseMonitor(text);
  switch (query.kind) {
    case 'metric':
      return { where, text, kind: 'metrics', metrics: query.metrics };
    case 'check':
      return { where, text, ...query };
    case 'search':
      return { where, text, kind: 'search', search: query.search, measures: query.measures, facets: [] };
    case 'burn':
    case 'composite':
      return { where, text, kind: 'ids' };
  }
}

function askedBySlo(slo: Attributes): Asked[] {
  const where = `SLO ${String(slo.name)}`;
  if (slo.type === 'metric') {
    return Object.values(slo.query as Record<string, string>).map((text) => ({
      where,
      text,
      kind: 'metrics',
      metrics: parseMetrics(text),
    }));
  }
  const { time_slice: slice } = slo.sli_specification as {
    time_slice: { query: { query: { metric_query: { query: string } }[] } };
  };
  return slice.query.query.map(({ metric_query: { query: text } }) => ({
    where,
    text,
    kind: 'metrics',
    metrics: parseMetrics(text),
  }));
}

interface Query {
  readonly data_source: string;
  readonly query: string;
  readonly search: { readonly query: string };
  readonly compute: { readonly metric?: string };
  readonly group_by: readonly { readonly facet: string }[];
}

function askedByWidget(definition: Attributes): Asked[] {
  const where = `widget ${String(definition.title ?? definition.type)}`;
  switch (definition.type) {
    case 'group':
    case 'note':
      return [];
    case 'slo_list': {
      const [request] = definition.requests as { query: { query_string: string } }[];
      return [tagSearch(where, request?.query.query_string ?? '')];
    }
    case 'manage_status':
      return [tagSearch(where, String(definition.query))];
    case 'timeseries':
    case 'query_value':
    case 'toplist':
    case 'geomap':
      return (definition.requests as { queries: Query[] }[]).flatMap(({ queries }) =>
        queries.map((query): Asked => {
          switch (query.data_source) {
            case 'metrics':
              return { where, text: query.query, kind: 'metrics', metrics: parseMetrics(query.query) };
            case 'rum':
              return {
                where,
                text: query.search.query,
                kind: 'search',
                search: parseSearch(query.search.query),
                measures: query.compute.metric === undefined ? [] : [query.compute.metric],
                facets: query.group_by.map(({ facet }) => facet),
              };
            default:
              throw new Error(`${where} must ask metrics or rum, got ${query.data_source}`);
          }
        }),
      );
    default:
      throw new Error(`${where} must be of a known type, got ${String(definition.type)}`);
  }
}

function tagSearch(where: string, text: string): Asked {
  return { where, text, kind: 'tag', tag: parseTagSearch(text) };
}

/** What the judge needs to know of the stack itself. */
export function contextOf(stack: Synthesized): Context {
  const variables = stack.dashboard.template_variables as { name: string; prefix: string; defaults: string[] }[];
  const tagged = [...stack.all('datadog_monitor'), ...stack.all('datadog_service_level_objective')];
  return {
    variables: Object.fromEntries(
      variables.map(({ name, prefix, defaults: [value = ''] }) => [name, { tag: prefix, value }]),
    ),
    ownMetrics: stack.all('datadog_rum_metric').map(({ name }) => String(name)),
    ownTags: tagged.flatMap(({ tags }) => tags as string[]),
  };
}
