import { z } from 'zod';

export const DATADOG_SITES = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'ddog-gov.com',
] as const;

const positive = z.number().positive();
const percent = z.number().gt(0).lt(100);
const recipients = z
  .array(z.string().regex(/^@\S+$/, 'must start with @ and hold no blank'))
  .min(1, 'must name at least one recipient');

/** When a monitor warns and when it alerts, in the unit that the field's name carries. */
const rising = z
  .strictObject({ warning: positive, critical: positive })
  .refine(({ warning, critical }) => warning < critical, 'must have warning below critical');
const falling = z
  .strictObject({ warning: positive, critical: positive })
  .refine(({ warning, critical }) => warning > critical, 'must have warning above critical: falling is bad');

/** What an environment tolerates. */
export const thresholdsSchema = z.strictObject({
  taskMemoryPercent: rising,
  taskCpuPercent: rising,
  apiErrorPercent: rising,
  /** Fewer requests than this in the window, and the error rate says nothing. */
  apiMinimumRequests: z.int().min(0),
  apiP95Seconds: rising,
  createErrors: rising,
  /** How many deviations from the usual traffic of this hour and weekday count as abnormal. */
  trafficDeviations: positive,
  balancerErrors: rising,
  databaseErrors: rising,
  databaseP95Seconds: rising,
  databaseConnectionsPercent: rising,
  databaseCpuPercent: rising,
  databaseFreeStorageGiB: falling,
  pageErrors: rising,
  pageLcpSeconds: rising,
  /** How far back monitors look. */
  windows: z.strictObject({
    trafficMinutes: z.int().min(1),
    resourceMinutes: z.int().min(1),
    browserMinutes: z.int().min(1),
  }),
  /** What the owners promise over `timeframe`. */
  objectives: z.strictObject({
    timeframe: z.enum(['7d', '30d', '90d']),
    availabilityPercent: percent,
    latencyPercent: percent,
    latencySeconds: positive,
    pageLoadPercent: percent,
    pageLoadSeconds: positive,
  }),
});

const site = z.enum(DATADOG_SITES);
/** Raise by one after `DD_API_KEY` changed. */
const apiKeyVersion = z.int().min(1);

/** The agent beside every task, and nothing in Datadog itself: no dashboard, no monitor, no RUM application. */
const agentOnlySchema = z.strictObject({ kind: z.literal('agent-only'), site, apiKeyVersion });

/**
 * Who watches: Datadog with its agent beside every task, its agent alone, Datadog's test agent (traces only, on this
 * machine), or nobody.
 */
export const datadogSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('off') }),
  z.strictObject({
    kind: z.literal('test-agent'),
    /** What stands in its place when `DD_API_KEY` is set. */
    withKey: agentOnlySchema.optional(),
  }),
  agentOnlySchema,
  z.strictObject({
    kind: z.literal('agent'),
    site,
    apiKeyVersion,
    /** Who hears of what: `page` wakes somebody, `ticket` waits for the morning. */
    notify: z.strictObject({ page: recipients, ticket: recipients }),
    thresholds: thresholdsSchema,
    /** Where `docs/runbooks` is to be read, for the links in alerts; without it they name the path in the repository. */
    runbooks: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
    /** Whether a task of its own asks MySQL for its figures, and whether it collects queries and plans too (billed by host). */
    mysql: z.enum(['off', 'metrics', 'database-monitoring']),
    /** Where containers log: CloudWatch, or Datadog by way of a router beside the task. */
    logs: z.enum(['cloudwatch', 'datadog']),
  }),
]);

export type DatadogConfig = z.infer<typeof datadogSchema>;
export type AgentConfig = Extract<DatadogConfig, { kind: 'agent' }>;

/** A configuration in which tasks report to Datadog, and need a key for it. */
export type ReportingConfig = Extract<DatadogConfig, { kind: 'agent' | 'agent-only' }>;

export function reports(datadog: DatadogConfig): datadog is ReportingConfig {
  return datadog.kind === 'agent' || datadog.kind === 'agent-only';
}
