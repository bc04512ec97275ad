import type { EnvironmentConfig } from '../../src/config/environment';
import type { Attributes, Resource, Synthesized } from './synth';
import { statementsOf, type PolicyStatement } from './synth';

/** Deliberate choices of an environment that an invariant depends on. */
export interface Choices {
  readonly publicBackend: boolean;

  /** Whether the private subnets have a way out of the VPC. */
  readonly nat: boolean;
}

type Rule = (stacks: readonly Synthesized[], choices: Choices) => string[];

const RULES: Readonly<Record<string, Rule>> = {
  'no value that synthesis failed to make': (stacks) =>
    stacks.flatMap(({ name, json }) =>
      // `count_not_null` is a function of Datadog's.
      (
        json.match(/undefined|\bNaN\b|(?<!count_not_)(?<![a-z])null(?![a-z])|\bInfinity\b|\[object |TfToken/g) ?? []
      ).map((found) => `${name}: ${found}`),
    ),

  'stack ids end in the name of a stack': (stacks) =>
    stacks.filter(({ name }) => !/-(foundation|images|application|observability)$/.test(name)).map(({ name }) => name),

  'arrows point one way': (stacks) =>
    stacks.flatMap(({ name, template }) => {
      const reads = Object.keys(template.data?.terraform_remote_state ?? {}).map((key) => key.split('-').at(-1) ?? '');
      const allowed: Readonly<Record<string, readonly string[]>> = {
        foundation: [],
        observability: [],
        images: ['foundation'],
        application: ['foundation', 'observability'],
      };
      return reads
        .filter((stack) => !allowed[name.split('-').at(-1) ?? '']?.includes(stack))
        .map((stack) => `${name} reads ${stack}`);
    }),

  'only addresses leave a stack': (stacks) =>
    stacks.flatMap(({ name, template }) =>
      Object.entries(template.output ?? {})
        .filter(([, { value }]) => !ADDRESS.test(String(value)))
        .map(([output, { value }]) => `${name}: ${output} = ${String(value)}`),
    ),

  'no secret in plain sight': (stacks) =>
    each(stacks, ({ type, attributes }) => [
      ...(type === 'aws_ecs_task_definition' ? secretsIn(attributes) : []),
      ...(type === 'aws_ssm_parameter' && attributes.type === 'SecureString' && 'value' in attributes
        ? ['a SecureString has a value']
        : []),
      ...(['password', 'master_password', 'secret_string'].some((field) => field in attributes)
        ? ['a password is an ordinary argument']
        : []),
    ]),

  'ephemeral values go into write-only arguments': (stacks) =>
    each(stacks, ({ attributes }) =>
      Object.entries(attributes)
        .filter(([field, value]) => JSON.stringify(value).includes('ephemeral.') && !field.endsWith('_wo'))
        .map(([field]) => `${field} takes an ephemeral value`),
    ),

  'the world reaches ports 80 and 443 of the public balancer': (stacks, { publicBackend }) => {
    const ports = publicBackend ? [80, 443, 4000] : [80, 443];
    return each(stacks, ({ type, id, attributes }) => {
      if (type !== 'aws_vpc_security_group_ingress_rule') return [];
      if (attributes.cidr_ipv4 !== '0.0.0.0/0' && attributes.cidr_ipv6 !== '::/0') return [];
      const open = attributes.from_port === attributes.to_port && ports.includes(Number(attributes.from_port));
      return open && /^(Frontend|Backend)Balancer_/.test(id) ? [] : ['open to the world'];
    });
  },

  'tasks reach the world on 443 alone, and only through NAT': (stacks, { publicBackend, nat }) => {
    const ports = [...(nat ? [443] : []), ...(publicBackend ? [4000] : [])];
    return each(stacks, ({ type, attributes }) => {
      if (type !== 'aws_vpc_security_group_egress_rule') return [];
      if (attributes.cidr_ipv4 === undefined && attributes.cidr_ipv6 === undefined) return [];
      const narrow = attributes.from_port === attributes.to_port && ports.includes(Number(attributes.from_port));
      return narrow && attributes.cidr_ipv6 === undefined ? [] : ['reaches out of the VPC'];
    });
  },

  'no rule inside a security group': (stacks) =>
    each(stacks, ({ type, attributes }) =>
      /security_group(_rule)?$/.test(type) && ('ingress' in attributes || 'egress' in attributes || /_rule$/.test(type))
        ? ['holds rules']
        : [],
    ),

  'no rule for every protocol, each rule described': (stacks) =>
    each(stacks, ({ type, attributes }) =>
      /^aws_vpc_security_group_(in|e)gress_rule$/.test(type)
        ? [
            ...(attributes.ip_protocol === '-1' ? ['every protocol'] : []),
            ...(typeof attributes.description === 'string' && attributes.description.length > 3
              ? []
              : ['no description']),
          ]
        : [],
    ),

  'encrypted at rest': (stacks) =>
    each(stacks, ({ type, attributes }) =>
      Object.entries(ENCRYPTED[type] ?? {})
        .filter(([field, expected]) =>
          expected === 'key' ? !String(attributes[field]).startsWith('${') : attributes[field] !== expected,
        )
        .map(([field]) => `${field} = ${JSON.stringify(attributes[field])}`),
    ).concat(
      each(stacks, ({ type, attributes }) => [
        ...(type === 'aws_ssm_parameter' && attributes.type === 'SecureString' && attributes.key_id === undefined
          ? ['no key of ours']
          : []),
        ...(type === 'aws_ecr_repository' && !JSON.stringify(attributes.encryption_configuration ?? '').includes('KMS')
          ? ['no key of ours']
          : []),
      ]),
    ),

  'nothing is public that should be private': (stacks) =>
    each(stacks, ({ type, attributes }) => [
      ...(type === 'aws_db_instance' && attributes.publicly_accessible !== false ? ['public database'] : []),
      ...(type === 'aws_subnet' && attributes.map_public_ip_on_launch === true ? ['public addresses'] : []),
      ...(type === 'aws_ecs_service' && JSON.stringify(attributes).includes('"assign_public_ip":true')
        ? ['public tasks']
        : []),
      ...(type === 'aws_s3_bucket' && !privateBuckets(stacks) ? ['no public access block'] : []),
    ]),

  'tags are made once': (stacks) =>
    each(stacks, ({ attributes }) =>
      attributes.tags !== undefined && typeof attributes.tags === 'object' && !Array.isArray(attributes.tags)
        ? Object.keys(attributes.tags ?? {})
            .filter((tag) => tag !== 'Name')
            .map((tag) => `tag ${tag}`)
        : [],
    ),

  'no wildcard action, no wildcard resource without a reason': (stacks) =>
    each(stacks, ({ type, attributes }) => {
      if (type !== 'aws_iam_role_policy' && type !== 'aws_iam_policy') return [];
      return statementsOf(attributes.policy)
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap((statement) => [
          ...list(statement.Action).filter((action) => action.includes('*')),
          ...(list(statement.Resource).includes('*') ? list(statement.Action).filter(hasResources) : []),
        ]);
    }),

  'every name fits where AWS puts it': (stacks) =>
    each(stacks, ({ type, attributes }) =>
      Object.entries(LONGEST[type] ?? {})
        .filter(([field, longest]) => {
          const name = attributes[field];
          return typeof name === 'string' && !name.includes('${') && name.length > longest;
        })
        .map(([field]) => `${field} ${String(attributes[field])} is too long`),
    ),
};

/** What `config` chose. */
export function choicesOf({ edge, network }: EnvironmentConfig): Choices {
  return { publicBackend: edge.backend === 'public', nat: network.nat !== 'none' };
}

/** What breaks the rules that hold for every stack of every environment, one line each. */
export function violationsOf(stacks: readonly Synthesized[], choices: Choices): string[] {
  return Object.entries(RULES).flatMap(([rule, check]) =>
    check(stacks, choices).map((violation) => `${rule}: ${violation}`),
  );
}

/** Everything that a deployment calls by a name of its own. */
export interface Deployment {
  readonly owner: string;
  readonly stacks: readonly Synthesized[];
}

/** Names that two deployments both give, one line each: AWS would take them for one thing. */
export function clashesOf(deployments: readonly Deployment[]): string[] {
  const owners = new Map<string, string>();
  return deployments.flatMap(({ owner, stacks }) =>
    stacks
      .flatMap((stack) => [JSON.stringify(stack.template.terraform?.backend), ...namesIn(stack)])
      .flatMap((name) => {
        const other = owners.get(name) ?? owner;
        owners.set(name, other);
        return other === owner ? [] : [`${owner} and ${other}: ${name}`];
      }),
  );
}

const NAMES = ['name', 'name_prefix', 'identifier', 'bucket', 'alarm_name', 'family'];

function namesIn({ resources }: Synthesized): string[] {
  return resources
    .filter(({ type }) => type.startsWith('aws_') && type !== 'aws_iam_role_policy')
    .flatMap(({ type, attributes }) =>
      NAMES.map((field) => attributes[field])
        // A reference carries the name of what it refers to; a fixed prefix is completed by AWS, a family of parameters is MySQL's.
        .filter((name) => typeof name === 'string' && !name.startsWith('${') && name !== 'pe-' && name !== 'mysql8.4')
        .map((name) => `${type} ${String(name)}`),
    );
}

/** The names of the rules. */
export const INVARIANTS: readonly string[] = Object.keys(RULES);

/** References that end in the name, the id or the address of something. */
const ADDRESS =
  /^([a-z]+:\/\/)?\$\{[a-z0-9_]+\.[\w-]+\.(id|arn|arn_suffix|name|prefix_list_id|dns_name|address|repository_url|client_token|application_id)\}(:\d+)?$|^https:\/\/[a-z0-9.-]+$/;

/** Arguments that encrypt, by type: a value, or `key` for a key of ours. */
const ENCRYPTED: Readonly<Record<string, Attributes>> = {
  aws_db_instance: { storage_encrypted: true, kms_key_id: 'key' },
  aws_cloudwatch_log_group: { kms_key_id: 'key' },
  aws_kms_key: { enable_key_rotation: true },
};

/** AWS's limits. Sources: the API references of IAM, ELBv2, RDS, S3, ECS, ECR, SSM and CloudWatch. */
const LONGEST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  aws_iam_role: { name: 64 },
  aws_lb: { name: 32 },
  aws_lb_target_group: { name: 32, name_prefix: 6 },
  aws_db_instance: { identifier: 63, final_snapshot_identifier: 255 },
  aws_db_subnet_group: { name: 255 },
  // Terraform adds 26 characters to a prefix.
  aws_db_parameter_group: { name_prefix: 255 - 26 },
  aws_security_group: { name_prefix: 255 - 26 },
  aws_s3_bucket: { bucket: 63 },
  aws_ecr_repository: { name: 256 },
  aws_ecs_cluster: { name: 255 },
  aws_ecs_service: { name: 255 },
  aws_ecs_task_definition: { family: 255 },
  aws_ssm_parameter: { name: 1011 },
  aws_cloudwatch_log_group: { name: 512 },
  aws_cloudwatch_metric_alarm: { alarm_name: 255 },
  aws_kms_alias: { name: 256 },
  aws_wafv2_web_acl: { name: 128 },
};

/** Actions for which AWS defines no resource, each with where it says so: the Service Authorization Reference. */
const WITHOUT_RESOURCES = [
  /^ecr:GetAuthorizationToken$/,
  /^ssmmessages:/,
  // Listing is how the shell's agent finds its group.
  /^logs:DescribeLogGroups$/,
];

function hasResources(action: string): boolean {
  return !WITHOUT_RESOURCES.some((pattern) => pattern.test(action));
}

/** Words of variables that must come from `secrets`; a version number is none. */
const SECRET_VARIABLE = /(password|secret|api_?key|app_?key|private_?key|access_?key)(?!_version)/i;

function secretsIn(task: Attributes): string[] {
  const containers = JSON.parse(String(task.container_definitions)) as {
    readonly name: string;
    readonly environment?: readonly { readonly name: string }[];
  }[];
  return containers.flatMap(({ name, environment = [] }) =>
    environment
      .filter((variable) => SECRET_VARIABLE.test(variable.name) && variable.name !== 'PASSWORD_VERSION')
      .map((variable) => `${name} has ${variable.name} in its environment`),
  );
}

function privateBuckets(stacks: readonly Synthesized[]): boolean {
  const all = stacks.flatMap(({ resources }) => resources);
  const count = (type: string): number => all.filter((resource) => resource.type === type).length;
  return count('aws_s3_bucket') === count('aws_s3_bucket_public_access_block');
}

function each(stacks: readonly Synthesized[], check: (resource: Resource) => string[]): string[] {
  return stacks.flatMap((stack) =>
    stack.resources.flatMap((resource) =>
      check(resource).map((violation) => `${stack.name} ${resource.type}.${resource.id}: ${violation}`),
    ),
  );
}

function list(value: PolicyStatement['Resource']): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
