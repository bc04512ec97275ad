import ipaddr from 'ipaddr.js';
import { factAbout, type Fact } from './fact';
import { weakeningsOf } from './guards';
import { wideningOf } from './policy';
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
    ...weakeningsOf(change),
    ...plainSecrets(change),
  ];
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
      factAbout(change, {
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
      factAbout(change, {
        kind: 'public-address',
        subject: String(path.at(-1)),
        text: sentence,
        reach: reachOf(change),
      }),
    );
  const balancer = (change.type === 'aws_lb' || change.type === 'aws_alb') && change.after !== null;
  if (balancer && isPublicBalancer(change.after) && !(change.before !== null && isPublicBalancer(change.before))) {
    facts.push(
      factAbout(change, {
        kind: 'public-address',
        subject: 'internal',
        text: 'it faces the internet',
        reach: reachOf(change),
      }),
    );
  }
  if (change.type === 'aws_eip' && change.action === 'create') {
    facts.push(
      factAbout(change, { kind: 'public-address', subject: 'eip', text: 'a public address is reserved', reach: 'new' }),
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
    factAbout(change, {
      kind: 'iam-widened',
      subject: attribute,
      text: sentence,
      reach: broad ? 'any' : reachOf(change),
    }),
  );
  if (attached !== undefined && attached !== field(change.before, 'policy_arn')) {
    const broad = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w*FullAccess)$/.test(attached);
    facts.push(
      factAbout(change, {
        kind: 'iam-widened',
        subject: 'policy_arn',
        text: `gets the policy ${attached}`,
        reach: broad ? 'any' : reachOf(change),
      }),
    );
  }
  return facts;
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
        factAbout(change, {
          kind: 'secret-in-plain-text',
          subject: name,
          text: `container ${texts(field(container, 'name')).join('')} gets ${name} as plain text instead of a reference`,
        }),
      );
  });
}
