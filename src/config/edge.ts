import { z } from 'zod';

const domainName = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'must be a domain name in lower case')
  // What a certificate can name. Source: AWS Certificate Manager, "Quotas", 2026.
  .max(64, 'must have at most 64 characters');

export const edgeSchema = z
  .strictObject({
    /** The public name; without it the product is served on port 80 only. */
    domain: z.strictObject({ name: domainName, zone: domainName }).optional(),
    /** Who reaches the backend's load balancer: tasks in the VPC, or the world. */
    backend: z.enum(['internal', 'public']),
    deletionProtection: z.boolean(),
    accessLogs: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('off') }),
      z.strictObject({ kind: z.literal('s3'), retentionDays: z.int().min(1) }),
    ]),
    firewall: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('off') }),
      z.strictObject({
        kind: z.literal('waf'),
        /** Requests that one address may send in five minutes. */
        requestsPerFiveMinutes: z.int().min(10).max(2_000_000_000),
        /** Rule groups that only count what they would block. */
        countOnly: z.array(z.enum(['common', 'known-bad-inputs', 'sqli', 'rate-limit'])),
      }),
    ]),
  })
  .superRefine(({ domain }, context) => {
    if (domain && domain.name !== domain.zone && !domain.name.endsWith(`.${domain.zone}`)) {
      context.addIssue({
        code: 'custom',
        path: ['domain', 'name'],
        input: domain.name,
        message: `must lie within domain.zone ${domain.zone}`,
      });
    }
  });

export type EdgeConfig = z.infer<typeof edgeSchema>;
