import ipaddr from 'ipaddr.js';
import type { Fact } from './fact';
import { wideningOf } from './policy';
import { tierOf } from './resource-types';
import type { Change } from './model';
import { field, isList, isMap, isNothing, number, text, texts, UNKNOWN, type Value } from './value';
import { namesSecret } from './vault';

/** Who may reach, read or do more after this plan than before it. */
export function exposureOf(change: Change): Fact[] {
  if (!change.managed || change.action === 'read' || change.action === 'none') return [];
  return [
    ...openings(change),
    ...publicAddresses(change),
    ...wideningFacts(change),
    ...weakenings(change),
    ...plainSecrets(change),
  ];
}

type FactParts = Pick<Fact, 'kind' | 'text'> & Partial<Fact>;

function fact(change: Change, parts: FactParts): Fact {
  return { stack: change.stack, address: change.address, type: change.type, tier: tierOf(change), ...parts };
}

/** One way through a security group, as text that two sides can be compared by. */
interface Opening {
  readonly source: string;
  readonly ports: string;
  readonly wide: boolean;
}

function openings(change: Change): Fact[] {
  if (change.action === 'delete' || change.action === 'forget') return [];
  const before = new Set(openingsIn(change.type, change.before).map(({ source, ports }) => `${source} ${ports}`));
  return openingsIn(change.type, change.after)
    .filter(({ source, ports }) => !before.has(`${source} ${ports}`))
    .map(({ source, ports, wide }) =>
      fact(change, {
        kind: 'opened',
        reach: wide ? 'any' : change.action === 'create' ? 'new' : 'some',
        subject: ports,
        text: `${wide ? 'the whole internet' : source} may reach ${ports}${wide ? ` (${source})` : ''}`,
      }),
    );
}

function openingsIn(type: string, state: Value): Opening[] {
  switch (type) {
    case 'aws_vpc_security_group_ingress_rule':
      return rule(
        state,
        [field(state, 'cidr_ipv4'), field(state, 'cidr_ipv6')],
        'referenced_security_group_id',
        'ip_protocol',
      );
    case 'aws_security_group_rule':
      return text(field(state, 'type')) === 'ingress' ? rule(state, [], 'source_security_group_id', 'protocol') : [];
    case 'aws_security_group':
    case 'aws_default_security_group': {
      const inline = field(state, 'ingress');
      return isList(inline) ? inline.flatMap((block) => rule(block, [], 'security_groups', 'protocol')) : [];
    }
    default:
      return [];
  }
}

function rule(
  state: Value,
  addresses: readonly (Value | undefined)[],
  group: string,
  protocolField: string,
): Opening[] {
  const ranges = [...addresses, ...listed(field(state, 'cidr_blocks')), ...listed(field(state, 'ipv6_cidr_blocks'))];
  const protocol = show(field(state, protocolField));
  const ports = portText(protocol, field(state, 'from_port'), field(state, 'to_port'));
  const groups = [field(state, group)].flat().filter((item) => !isNothing(item));
  return [
    ...ranges
      .filter((range) => !isNothing(range))
      .map((range) => ({ source: show(range), ports, wide: isWide(text(range)) })),
    ...groups.map((item) => ({ source: item === UNKNOWN ? 'another security group' : show(item), ports, wide: false })),
  ];
}

function listed(value: Value | undefined): readonly (Value | undefined)[] {
  return isList(value) ? value : value === UNKNOWN ? [value] : [];
}

function show(value: Value | undefined): string {
  return value === undefined || value === null
    ? 'unknown'
    : String(isList(value) || isMap(value) ? JSON.stringify(value) : value);
}

function portText(protocol: string, from: Value | undefined, to: Value | undefined): string {
  if (protocol === '-1' || protocol === 'all') return 'every port';
  const first = number(from);
  const last = number(to);
  if (first === undefined || last === undefined) return `${protocol} (port known after apply)`;
  if (first <= 0 && last >= 65_535) return `every ${protocol} port`;
  return first === last ? `${protocol} ${first}` : `${protocol} ${first}-${last}`;
}

/** 0.0.0.0/0 in halves is still the internet: anything wider than the widest private range (10.0.0.0/8, fc00::/7) counts. */
export function isWide(cidr: string | undefined): boolean {
  if (cidr === undefined || !ipaddr.isValidCIDR(cidr)) return false;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  if (address.kind() === 'ipv4') return bits < 8;
  return bits < 7 || (bits < 16 && address.range() !== 'uniqueLocal');
}

function publicAddresses(change: Change): Fact[] {
  if (change.action === 'delete' || change.action === 'forget') return [];
  const rows: readonly (readonly [path: readonly (string | number)[], value: Value, sentence: string])[] = [
    [['publicly_accessible'], true, 'it gets an address on the internet'],
    [['map_public_ip_on_launch'], true, 'whatever starts in it gets an address on the internet'],
    [['associate_public_ip_address'], true, 'it gets an address on the internet'],
    [['network_configuration', 0, 'assign_public_ip'], true, 'its tasks get addresses on the internet'],
  ];
  const facts = rows
    .filter(([path, value]) => field(change.after, ...path) === value && field(change.before, ...path) !== value)
    .map(([path, , sentence]) =>
      fact(change, { kind: 'public-address', subject: String(path.at(-1)), text: sentence, reach: reachOf(change) }),
    );
  const balancer = (change.type === 'aws_lb' || change.type === 'aws_alb') && change.after !== null;
  if (balancer && isPublicBalancer(change.after) && !(change.before !== null && isPublicBalancer(change.before))) {
    facts.push(
      fact(change, {
        kind: 'public-address',
        subject: 'internal',
        text: 'it faces the internet',
        reach: reachOf(change),
      }),
    );
  }
  if (change.type === 'aws_eip' && change.action === 'create') {
    facts.push(
      fact(change, { kind: 'public-address', subject: 'eip', text: 'a public address is reserved', reach: 'new' }),
    );
  }
  return facts;
}

function isPublicBalancer(state: Value | undefined): boolean {
  return field(state, 'internal') !== true && field(state, 'internal') !== UNKNOWN;
}

function reachOf(change: Change): 'new' | 'some' {
  return change.action === 'create' ? 'new' : 'some';
}

const POLICY_ATTRIBUTES = ['policy', 'assume_role_policy', 'access_policy', 'repository_policy'];

function wideningFacts(change: Change): Fact[] {
  if (change.action === 'delete' || change.action === 'forget') return [];
  const policies = POLICY_ATTRIBUTES.flatMap((attribute) => {
    const after = field(change.after, attribute);
    // Only a policy resource is all policy; elsewhere an unknown one is the provider's default.
    if (after === UNKNOWN && !change.type.endsWith('_policy')) return [];
    return after === undefined || isNothing(after)
      ? []
      : wideningOf(field(change.before, attribute), after).map((widening) => ({ ...widening, attribute }));
  });
  const attached = text(field(change.after, 'policy_arn'));
  const facts = policies.map(({ sentence, broad, attribute }) =>
    fact(change, { kind: 'iam-widened', subject: attribute, text: sentence, reach: broad ? 'any' : reachOf(change) }),
  );
  if (attached !== undefined && attached !== field(change.before, 'policy_arn')) {
    const broad = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w*FullAccess)$/.test(attached);
    facts.push(
      fact(change, {
        kind: 'iam-widened',
        subject: 'policy_arn',
        text: `gets the policy ${attached}`,
        reach: broad ? 'any' : reachOf(change),
      }),
    );
  }
  return facts;
}

interface Guard {
  readonly kind: 'encryption-off' | 'protection-off';
  readonly types: RegExp;
  readonly path: readonly (string | number)[];
  /** True when the second state guards less than the first. */
  readonly weaker: (before: Value | undefined, after: Value | undefined) => boolean;
  readonly text: string;
}

const turnedOff = (before: Value | undefined, after: Value | undefined): boolean =>
  before === true && after !== true && after !== UNKNOWN;
const turnedOn = (before: Value | undefined, after: Value | undefined): boolean => before !== true && after === true;
const removed = (before: Value | undefined, after: Value | undefined): boolean =>
  !isNothing(before) && isNothing(after);
const lower = (before: Value | undefined, after: Value | undefined): boolean =>
  (number(after) ?? Infinity) < (number(before) ?? 0);
/** Log groups: 0 or nothing is "for ever". */
const shorter = (before: Value | undefined, after: Value | undefined): boolean =>
  (number(after) ?? 0) > 0 && (number(after) ?? 0) < (number(before) === 0 ? Infinity : (number(before) ?? Infinity));
const not =
  (good: string) =>
  (before: Value | undefined, after: Value | undefined): boolean =>
    before === good && after !== good && after !== UNKNOWN;

const GUARDS: readonly Guard[] = [
  {
    kind: 'encryption-off',
    types: /./,
    path: ['storage_encrypted'],
    weaker: turnedOff,
    text: 'storage is no longer encrypted',
  },
  { kind: 'encryption-off', types: /./, path: ['encrypted'], weaker: turnedOff, text: 'it is no longer encrypted' },
  {
    kind: 'encryption-off',
    types: /./,
    path: ['at_rest_encryption_enabled'],
    weaker: turnedOff,
    text: 'it is no longer encrypted at rest',
  },
  {
    kind: 'encryption-off',
    types: /./,
    path: ['transit_encryption_enabled'],
    weaker: turnedOff,
    text: 'traffic is no longer encrypted',
  },
  {
    kind: 'encryption-off',
    types: /^aws_(db|rds|cloudwatch_log|sns|sqs|ecr|ssm|secretsmanager)_/,
    path: ['kms_key_id'],
    weaker: removed,
    text: 'its own encryption key is removed',
  },
  {
    kind: 'encryption-off',
    types: /^aws_ssm_parameter$/,
    path: ['type'],
    weaker: not('SecureString'),
    text: 'the parameter is no longer encrypted',
  },
  {
    kind: 'encryption-off',
    types: /^aws_lb_listener$/,
    path: ['protocol'],
    weaker: not('HTTPS'),
    text: 'the listener no longer speaks TLS',
  },
  {
    kind: 'protection-off',
    types: /./,
    path: ['deletion_protection'],
    weaker: turnedOff,
    text: 'deletion protection is turned off',
  },
  {
    kind: 'protection-off',
    types: /./,
    path: ['enable_deletion_protection'],
    weaker: turnedOff,
    text: 'deletion protection is turned off',
  },
  {
    kind: 'protection-off',
    types: /./,
    path: ['deletion_protection_enabled'],
    weaker: turnedOff,
    text: 'deletion protection is turned off',
  },
  {
    kind: 'protection-off',
    types: /^aws_(db|rds)_/,
    path: ['skip_final_snapshot'],
    weaker: turnedOn,
    text: 'no final snapshot will be taken',
  },
  {
    kind: 'protection-off',
    types: /^aws_(db|rds)_/,
    path: ['backup_retention_period'],
    weaker: lower,
    text: 'backups are kept for a shorter time',
  },
  {
    kind: 'protection-off',
    types: /^aws_db_/,
    path: ['multi_az'],
    weaker: turnedOff,
    text: 'the standby in a second zone is given up',
  },
  {
    kind: 'protection-off',
    types: /^aws_cloudwatch_log_group$/,
    path: ['retention_in_days'],
    weaker: shorter,
    text: 'logs are kept for a shorter time',
  },
  {
    kind: 'protection-off',
    types: /^aws_s3_/,
    path: ['force_destroy'],
    weaker: turnedOn,
    text: 'the bucket may be destroyed with its objects',
  },
  {
    kind: 'protection-off',
    types: /^aws_ecr_/,
    path: ['force_delete'],
    weaker: turnedOn,
    text: 'the repository may be destroyed with its images',
  },
  {
    kind: 'protection-off',
    types: /^aws_ecr_/,
    path: ['image_tag_mutability'],
    weaker: not('IMMUTABLE'),
    text: 'image tags may be overwritten',
  },
  {
    kind: 'protection-off',
    types: /^aws_kms_key$/,
    path: ['enable_key_rotation'],
    weaker: turnedOff,
    text: 'the key is no longer rotated',
  },
  {
    kind: 'protection-off',
    types: /^aws_lb$/,
    path: ['drop_invalid_header_fields'],
    weaker: turnedOff,
    text: 'invalid headers are no longer dropped',
  },
  ...['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].map(
    (name): Guard => ({
      kind: 'protection-off',
      types: /^aws_s3_/,
      path: [name],
      weaker: turnedOff,
      text: `${name} is turned off: the bucket may become public`,
    }),
  ),
];

// Each of these guards something else: without it, that stands open.
const GUARDIANS: Readonly<Record<string, string>> = {
  aws_wafv2_web_acl_association: 'the web firewall no longer stands before it',
  aws_s3_bucket_public_access_block: 'the bucket may become public',
  aws_s3_bucket_server_side_encryption_configuration: 'the bucket falls back to its default encryption',
  aws_s3_bucket_versioning: 'overwritten objects can no longer be brought back',
  aws_ecs_task_definition: '',
  aws_cloudwatch_metric_alarm: 'nobody is told any more',
  datadog_monitor: 'nobody is told any more',
  aws_flow_log: 'network traffic is no longer recorded',
};

function weakenings(change: Change): Fact[] {
  if (change.action === 'delete') {
    const sentence = GUARDIANS[change.type];
    return sentence === undefined || sentence === ''
      ? []
      : [fact(change, { kind: 'protection-off', text: sentence, subject: change.type })];
  }
  if (change.action !== 'update' && change.action !== 'replace') return [];
  return GUARDS.filter(
    ({ types, path, weaker }) =>
      types.test(change.type) && weaker(field(change.before, ...path), field(change.after, ...path)),
  ).map(({ kind, path, text: sentence }) => fact(change, { kind, subject: String(path.at(-1)), text: sentence }));
}

/** A password in a container's environment is readable by whoever may describe the task. */
function plainSecrets(change: Change): Fact[] {
  if (change.type !== 'aws_ecs_task_definition' || change.action === 'delete') return [];
  const containers = field(change.after, 'container_definitions');
  if (!isList(containers)) return [];
  return containers.flatMap((container) => {
    const environment = field(container, 'environment');
    if (!isList(environment)) return [];
    return environment
      .map((variable) => ({ name: text(field(variable, 'name')) ?? '', value: field(variable, 'value') }))
      .filter(({ name, value }) => namesSecret(name) && !isNothing(value) && value !== '')
      .map(({ name }) =>
        fact(change, {
          kind: 'secret-in-plain-text',
          subject: name,
          text: `container ${texts(field(container, 'name')).join('')} gets ${name} as plain text instead of a reference`,
        }),
      );
  });
}
