import { z } from 'zod';
import { databaseSchema } from './database';
import { datadogSchema, reports } from './datadog';
import { deploymentSchema } from './deployment';
import { edgeSchema } from './edge';
import { networkSchema, taskAddresses } from './network';
import { serviceSchema } from './service';

/** The environments that this project knows. */
export const ENVIRONMENT_NAMES = ['test', 'prod', 'local'] as const;
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as us-east-1');

/** Names of constructs beside which the services stand in the stacks. */
const RESERVED = ['aws', 'certificate', 'cluster', 'docker', 'firewall'];

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
      .record(
        z
          .string()
          .regex(/^[a-z][a-z0-9]{0,14}$/, 'must be a-z and 0-9, a letter first, at most 15 characters')
          .refine((name) => !RESERVED.includes(name), `must not be one of ${RESERVED.join(', ')}: stacks use them`),
        serviceSchema,
      )
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
  .superRefine(
    (config, context) => {
      config.network.zones.forEach(({ name }, index) => {
        if (name !== undefined && !name.startsWith(config.region)) {
          const message = `must be a zone of region ${config.region}`;
          context.addIssue({ code: 'custom', path: ['network', 'zones', index, 'name'], input: name, message });
        }
      });
    },
    onceValid('region', 'network'),
  )
  .superRefine(
    ({ network, services }, context) => {
      // A release starts the new tasks beside the old ones.
      const needed = 2 * Object.values(services).reduce((sum, service) => sum + mostTasks(service), 0);
      const free = taskAddresses(network);
      if (needed > free) {
        context.addIssue({
          code: 'custom',
          path: ['network', 'zones'],
          input: network.zones.map(({ privateCidr }) => privateCidr),
          message: `must have private addresses for ${needed} tasks, twice the most that services may run, and not ${free}`,
        });
      }
    },
    onceValid('network', 'services'),
  )
  .superRefine(
    ({ network, edge, datadog, services }, context) => {
      if (network.nat !== 'none') return;
      const issue = (path: string[], input: unknown, message: string): void => {
        context.addIssue({ code: 'custom', path, input, message });
      };
      if (edge.backend === 'public')
        issue(
          ['edge', 'backend'],
          edge.backend,
          'must be "internal" when network.nat is "none": tasks cannot reach it',
        );
      if (reports(datadog))
        issue(
          ['datadog', 'kind'],
          datadog.kind,
          `must not be "${datadog.kind}" when network.nat is "none": it cannot reach Datadog`,
        );
      for (const [name, { exec }] of Object.entries(services)) {
        if (exec === 'on' && !network.endpoints.includes('ssmmessages')) {
          const message = 'must be "off" when network.nat is "none" and network.endpoints lack ssmmessages';
          issue(['services', name, 'exec'], exec, message);
        }
      }
    },
    onceValid('network', 'edge', 'datadog', 'services'),
  );

/** Rules across sections are asked as soon as those sections are right, whatever is wrong elsewhere. */
function onceValid(...sections: readonly string[]): z.core.$ZodSuperRefineParams {
  return { when: ({ issues }) => !issues.some(({ path }) => path === undefined || sections.includes(String(path[0]))) };
}

function mostTasks({ tasks, schedules }: z.infer<typeof serviceSchema>): number {
  return Math.max(tasks.max, ...Object.values(schedules).map(({ maxTasks }) => maxTasks));
}

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
  throw new Error(result.error.issues.map(line).join('\n'));
}

/** `database.storageGiB must be at least 20, got 5` */
function line(issue: z.core.$ZodIssue): string {
  const field = issue.path.length === 0 ? 'environment' : issue.path.map((key) => fieldName(String(key))).join('.');
  return `${field} ${rule(issue)}${received(issue)}`;
}

/** A name that would break the line is quoted. */
function fieldName(key: string): string {
  return /^[\w$-]+$/.test(key) ? key : JSON.stringify(key);
}

function rule(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return `must be one of ${optionsOf(issue)
        .map((value) => JSON.stringify(value))
        .join(', ')}`;
    case 'unrecognized_keys':
      return `must not have the field ${issue.keys.map(fieldName).join(', ')}`;
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return isOurs(issue.message)
        ? issue.message
        : `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`;
    case 'too_big':
      return isOurs(issue.message)
        ? issue.message
        : `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}`;
    case 'invalid_key':
      return issue.issues.map(rule).join(', ');
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
      return issue.message;
  }
}

/** The kinds that a union knows. */
function optionsOf(issue: z.core.$ZodIssueInvalidUnion): readonly unknown[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
}

/** A schema's own words begin like this; the library's do not. */
function isOurs(message: string): boolean {
  return message.startsWith('must ');
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function received(issue: z.core.$ZodIssue): string {
  // The value here is the whole object, where the field is what matters.
  if (issue.code === 'unrecognized_keys') return '';
  const input = issue.code === 'invalid_union' ? valueOf(issue.input, issue.path.at(-1)) : issue.input;
  if (input === undefined) return ', got nothing';
  return `, got ${typeof input === 'number' ? String(input) : JSON.stringify(input)}`;
}

function valueOf(object: unknown, key: PropertyKey | undefined): unknown {
  return typeof object === 'object' && object !== null && key !== undefined
    ? (object as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}
