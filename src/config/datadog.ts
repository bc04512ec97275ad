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

/**
 * Who watches: Datadog with its agent beside every task, Datadog's test agent (traces only, on this machine), or nobody.
 */
export const datadogSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('off') }),
  z.strictObject({ kind: z.literal('test-agent') }),
  z.strictObject({
    kind: z.literal('agent'),
    site: z.enum(DATADOG_SITES),
    /** Raise by one after `DD_API_KEY` changed. */
    apiKeyVersion: z.int().min(1),
    /** Who hears of alerts: `@slack-…`, `@pagerduty-…`, or `@` and a mail address. */
    notify: z
      .array(z.string().regex(/^@\S+$/, 'must start with @ and hold no blank'))
      .min(1, 'must name at least one recipient'),
  }),
]);

export type DatadogConfig = z.infer<typeof datadogSchema>;
