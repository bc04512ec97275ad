import { ObjectSerializer as V1 } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/models/ObjectSerializer.js';
import { ObjectSerializer as V2 } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/ObjectSerializer.js';
import type { Attributes } from './fixture';

type Model = 'Dashboard' | 'Monitor' | 'ServiceLevelObjectiveRequest' | 'SyntheticsAPITest';
type ModelV2 = 'RUMApplicationCreateRequest' | 'RumMetricCreateRequest';

/** Everything in `body` that Datadog's own client does not know: a value, a property, or a whole widget. */
export function vendorProblems(body: unknown, model: Model): string[] {
  return unknownParts(V1.deserialize(body, model, ''), model);
}

export function vendorProblemsV2(body: unknown, model: ModelV2): string[] {
  return unknownParts(V2.deserialize(body, model, ''), model);
}

function unknownParts(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownParts(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  if (value.constructor.name === 'UnparsedObject') {
    return [`${path} is not of the model: ${JSON.stringify(value).slice(0, 200)}`];
  }
  const { additionalProperties, ...known } = value as Record<string, unknown>;
  return [
    ...Object.keys(additionalProperties ?? {}).map((key) => `${path} has the unknown property ${key}`),
    ...Object.entries(known).flatMap(([key, child]) => unknownParts(child, `${path}.${key}`)),
  ];
}

/** What the provider makes of a resource before it calls Datadog; throws on an argument that it would lose. */
export function monitorBody(monitor: Attributes): Attributes {
  const {
    name,
    type,
    query,
    message,
    tags,
    priority,
    monitor_thresholds: thresholds,
    monitor_threshold_windows: windows,
    validate,
    force_delete: forceDelete,
    ...options
  } = monitor;
  if (validate !== false || forceDelete !== true) throw new Error(`validate false, force_delete true: ${String(name)}`);
  return {
    name,
    type,
    query,
    message,
    tags,
    priority: Number(priority),
    options: {
      ...options,
      ...(thresholds !== undefined && { thresholds: numbers(thresholds as Attributes) }),
      ...(windows !== undefined && { threshold_windows: windows }),
    },
  };
}

export function sloBody(slo: Attributes): Attributes {
  const {
    sli_specification: specification,
    target_threshold: target,
    warning_threshold: warning,
    force_delete: forceDelete,
    validate,
    ...rest
  } = slo;
  if (validate !== false || forceDelete !== true)
    throw new Error(`validate false, force_delete true: ${String(slo.name)}`);
  if (specification === undefined) return { ...rest, target_threshold: target, warning_threshold: warning };
  const { time_slice: slice } = specification as { time_slice: Record<string, unknown> };
  const { query, ...limits } = slice;
  const { formula, query: queries } = query as {
    formula: { formula_expression: string };
    query: { metric_query: Attributes }[];
  };
  return {
    ...rest,
    target_threshold: target,
    warning_threshold: warning,
    sli_specification: {
      time_slice: {
        ...limits,
        query: {
          formulas: [{ formula: formula.formula_expression }],
          queries: queries.map(({ metric_query }) => metric_query),
        },
      },
    },
  };
}

interface Request {
  readonly request_definition: Attributes;
  readonly request_headers?: Attributes;
  readonly assertion: readonly Attributes[];
}

export function syntheticsBody(test: Attributes): Attributes {
  const { name, type, subtype, status, locations, message, tags, options_list: options, ...what } = test;
  const config = Array.isArray(what.api_step)
    ? { steps: what.api_step.map((step) => syntheticsStep(step as Request & Attributes)) }
    : { request: syntheticsRequest(what as unknown as Request), assertions: assertions(what as unknown as Request) };
  return { name, type, subtype, status, locations, message, tags, config, options };
}

function syntheticsStep(step: Request & Attributes): Attributes {
  const { name, subtype, allow_failure: allowFailure, is_critical: isCritical, extracted_value: extracted } = step;
  return {
    name,
    subtype,
    ...(allowFailure !== undefined && { allowFailure }),
    ...(isCritical !== undefined && { isCritical }),
    request: syntheticsRequest(step),
    assertions: assertions(step),
    ...(extracted !== undefined && { extractedValues: extracted }),
  };
}

function syntheticsRequest({ request_definition: definition, request_headers: headers }: Request): Attributes {
  return { ...definition, ...(headers !== undefined && { headers }) };
}

function assertions({ assertion }: Request): Attributes[] {
  return assertion.map(({ target, targetjsonpath, ...rest }) => {
    if (targetjsonpath === undefined) {
      const numeric = rest.type === 'statusCode' || rest.type === 'responseTime';
      return { ...rest, target: numeric ? Number(target) : target };
    }
    const { jsonpath, operator, targetvalue } = targetjsonpath as Attributes;
    return { ...rest, target: { jsonPath: jsonpath, operator, targetValue: targetvalue } };
  });
}

function numbers(thresholds: Attributes): Attributes {
  return Object.fromEntries(Object.entries(thresholds).map(([key, value]) => [key, Number(value)]));
}
