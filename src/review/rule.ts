import { z } from 'zod';
import { FACT_KINDS } from './fact';
import { TIERS } from './resource-types';

/** stop: policy forbids it unless someone accepts it by name. ask: a person decides. note: worth a line. */
export const SEVERITIES = ['stop', 'ask', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

const globs = z.union([z.string(), z.array(z.string()).min(1)]);

const condition = z.strictObject({
  fact: z.union([z.enum(FACT_KINDS), z.array(z.enum(FACT_KINDS)).min(1)]),
  type: globs.optional(),
  address: globs.optional(),
  stack: globs.optional(),
  tier: z.enum(TIERS).optional(),
  reach: z.enum(['any', 'some', 'new']).optional(),
  /** A port, an argument, a policy id; globs. */
  subject: globs.optional(),
  /** The new value of a changed attribute, as text; globs. */
  to: globs.optional(),
  /** Dollars a month, for facts about cost. */
  above: z.number().optional(),
});

export const ruleShape = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  when: condition,
  severity: z.enum(SEVERITIES),
  message: z.string().min(1),
  proceed: z.string().min(1),
});
export type Rule = Readonly<z.infer<typeof ruleShape>>;
