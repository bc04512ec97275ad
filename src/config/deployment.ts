import { z } from 'zod';

/** How changes reach an environment. */
export const deploymentSchema = z.strictObject({
  /** What a person does before anything changes: type the environment's name, say yes, or nothing. */
  approval: z.enum(['type-name', 'confirm', 'none']),
  /** Whose pipeline may deploy without a key of its own. */
  pipeline: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({
      kind: z.literal('github'),
      repository: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/, 'must be a repository as owner/name, without wildcards'),
      /** An account has one identity provider for GitHub: made by our `state` stack, or there already. */
      provider: z.enum(['create', 'existing']),
    }),
  ]),
  /** Who hears when all workspaces together cost more in a month. */
  budget: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('off') }),
    z.strictObject({
      kind: z.literal('monthly'),
      usd: z.number().positive(),
      notify: z.array(z.email('must be an e-mail address')).min(1, 'must name at least one address').max(10),
    }),
  ]),
});

export type DeploymentConfig = z.infer<typeof deploymentSchema>;
export type GithubPipeline = Extract<DeploymentConfig['pipeline'], { kind: 'github' }>;
export type MonthlyBudget = Extract<DeploymentConfig['budget'], { kind: 'monthly' }>;
