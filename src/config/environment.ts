import { z } from 'zod';
import { databaseSchema } from './database';
import { datadogSchema } from './datadog';
import { deploymentSchema } from './deployment';
import { edgeSchema } from './edge';
import { networkSchema } from './network';
import { serviceSchema } from './service';

/** The environments that this project knows. */
export const ENVIRONMENT_NAMES = ['test', 'prod', 'local'] as const;
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as us-east-1');

/** Where Terraform keeps its state. */
export const stateSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('s3'),
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be an S3 bucket name (3 to 63 of a-z 0-9 . -)'),
    region,
  }),
  z.strictObject({
    kind: z.literal('hcp'),
    organization: z.string().min(1, 'must name an HCP Terraform organization'),
  }),
  z.strictObject({ kind: z.literal('file'), folder: z.string().min(1, 'must name a folder') }),
]);

/** An emulator in the place of AWS. */
export const emulatorSchema = z.strictObject({
  /** Its address for programs on this machine. */
  endpoint: z.url({ protocol: /^http$/, error: 'must be an http:// URL' }),
  /** Its address for containers. */
  endpointForTasks: z.url({ protocol: /^http$/, error: 'must be an http:// URL' }),
  /** Addresses from which its load balancers may reach tasks, in CIDR form. */
  proxies: z.array(z.cidrv4('must be an IPv4 network in CIDR form')).min(1),
});

/**
 * Everything that may differ between two deployments: plain data, no tokens, no functions, no secrets.
 *
 * This schema is the only list of fields; every type comes from it.
 */
export const environmentSchema = z
  .strictObject({
    name: z.enum(ENVIRONMENT_NAMES),
    /** The only account that the AWS provider agrees to touch. */
    account: z.string().regex(/^\d{12}$/, 'must be an AWS account id of 12 digits'),
    region,
    state: stateSchema,
    network: networkSchema,
    edge: edgeSchema,
    database: databaseSchema,
    /** One row a service; the key is the folder under `images/`. */
    services: z
      .record(z.string().regex(/^[a-z][a-z0-9]{0,14}$/, 'must be a-z and 0-9, at most 15 characters'), serviceSchema)
      .refine((services) => 'frontend' in services && 'backend' in services, 'must have the rows frontend and backend'),
    cluster: z.strictObject({
      containerInsights: z.enum(['enhanced', 'enabled', 'disabled']),
    }),
    logs: z.strictObject({
      retentionDays: z.literal([
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
      ]),
    }),
    /** Who builds and pushes: the `images` stack, `npm run up` with the local engine, or a CI system. */
    images: z.enum(['stack', 'engine', 'pipeline']),
    deployment: deploymentSchema,
    datadog: datadogSchema,
    emulator: emulatorSchema.optional(),
  })
  .superRefine((config, context) => {
    config.network.zones.forEach(({ name }, index) => {
      if (!name.startsWith(config.region)) {
        context.addIssue({
          code: 'custom',
          path: ['network', 'zones', index, 'name'],
          input: name,
          message: `must be a zone of region ${config.region}`,
        });
      }
    });
  });

export type EnvironmentConfig = z.infer<typeof environmentSchema> & {
  readonly services: Readonly<Record<'frontend' | 'backend', z.infer<typeof serviceSchema>>>;
};
export type StateConfig = z.infer<typeof stateSchema>;
export type EmulatorConfig = z.infer<typeof emulatorSchema>;

/**
 * `candidate` as an environment, or an error with one line for each problem: field, rule and value.
 *
 * @throws Error that lists every problem at once
 */
export function parseEnvironment(candidate: unknown): EnvironmentConfig {
  const result = environmentSchema.safeParse(candidate, { reportInput: true });
  if (result.success) return result.data as EnvironmentConfig;
  const lines = result.error.issues.map((issue) => {
    const value = issue.input === undefined ? '' : `, got ${JSON.stringify(issue.input)}`;
    return `${issue.path.map(String).join('.')} ${rule(issue)}${value}`;
  });
  throw new Error(lines.join('\n'));
}

function rule(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (issue.code === 'unrecognized_keys') return `must not have the field ${issue.keys.join(', ')}`;
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'too_small') return `must be at least ${String(issue.minimum)}`;
  if (issue.code === 'too_big') return `must be at most ${String(issue.maximum)}`;
  if (issue.code === 'invalid_key') return issue.issues.map(rule).join(', ');
  return issue.message;
}
