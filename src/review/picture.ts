import { isWide } from './exposure';
import type { Change, Model } from './model';
import { resourceType, tierOf } from './resource-types';
import { fromModel, nounOf, portOf, type Resource } from './topology';
import { field, text } from './value';

export type Mark = 'create' | 'update' | 'replace' | 'delete' | 'release';

/** What is drawn: boxes in groups, and who may connect to whom. */
export interface Picture {
  readonly groups: readonly Group[];
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  /** Boxes that found no room. */
  readonly leftOut: number;
}
export interface Group {
  readonly id: string;
  readonly label: string;
  readonly parent?: string;
  readonly mark?: Mark;
}
export interface Node {
  readonly id: string;
  readonly label: string;
  readonly noun: string;
  readonly group?: string;
  readonly mark?: Mark;
}
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly mark?: Mark;
}

const DRAWN = new Set([
  'aws_lb',
  'aws_alb',
  'aws_ecs_service',
  'aws_db_instance',
  'aws_rds_cluster',
  'aws_nat_gateway',
  'aws_vpc_endpoint',
  'aws_instance',
  'aws_lambda_function',
  'aws_ecr_repository',
  'aws_s3_bucket',
  'aws_dynamodb_table',
  'aws_elasticache_cluster',
  'aws_elasticache_replication_group',
]);
// Drawn twice, at the top and at the bottom: requests come in where nothing goes out.
const INTERNET = 'internet';
const OUTSIDE = 'outside';
const REGIONAL = new Set(['aws_ecr_repository', 'aws_s3_bucket', 'aws_dynamodb_table']);
const MOST_NODES = 60;

/** The landscape of a plan, coloured by what changes. */
export function pictureOf(model: Model, released: ReadonlySet<Change>): Picture {
  return draw(fromModel(model), released);
}

export function draw(resources: readonly Resource[], released: ReadonlySet<Change> = new Set()): Picture {
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  const ofType = (ids: readonly string[], ...types: string[]): string[] =>
    ids.filter((id) => types.includes(byId.get(id)?.type ?? ''));
  const groups = new Map<string, Group>();
  const mark = (resource: Resource): { mark?: Mark } => markOf(resource.change, released);

  const vpcs = resources.filter(({ type }) => type === 'aws_vpc');
  for (const vpc of vpcs)
    groups.set(vpc.id, { id: vpc.id, label: `VPC ${text(field(vpc.state, 'cidr_block')) ?? vpc.label}`, ...mark(vpc) });

  const groupOf = (resource: Resource): string | undefined => {
    const subnets = subnetsOf(resource, byId, ofType);
    const vpc = [resource, ...subnets.flatMap((id) => byId.get(id) ?? [])].flatMap((one) =>
      ofType(one.names('vpc_id'), 'aws_vpc'),
    )[0];
    if (subnets.length === 0 && vpc === undefined && REGIONAL.has(resource.type)) {
      groups.set('regional', { id: 'regional', label: 'outside the VPC' });
      return 'regional';
    }
    if (subnets.length === 0) return vpc;
    const id = subnets.join(' ');
    if (!groups.has(id)) {
      const members = subnets.flatMap((subnet) => byId.get(subnet) ?? []);
      const worst = members.map(({ change }) => markOf(change, released)).find((one) => one.mark !== undefined) ?? {};
      groups.set(id, { id, label: subnetLabel(members), ...(vpc === undefined ? {} : { parent: vpc }), ...worst });
    }
    return id;
  };

  const drawn = resources.filter(({ type, change }) => DRAWN.has(type) && change?.action !== 'read');
  const revisions = new Map(
    drawn.map((resource) => [
      resource.id,
      ofType(resource.names('task_definition'), 'aws_ecs_task_definition').flatMap((id) => byId.get(id) ?? []),
    ]),
  );
  const nodes = drawn.map((resource): Node => {
    const group = groupOf(resource);
    const own = mark(resource);
    // A new revision is a change of the service, whatever Terraform calls it.
    const revised = (revisions.get(resource.id) ?? []).map(mark).find((one) => one.mark !== undefined);
    return {
      id: resource.id,
      label: resource.label,
      noun: nounOf(resource),
      ...(group === undefined ? {} : { group }),
      ...(own.mark === undefined || own.mark === 'update' ? (revised ?? own) : own),
    };
  });
  const edges = edgesOf(resources, drawn, ofType, released);
  const others = otherChanges(
    resources,
    new Set([...drawn, ...[...revisions.values()].flat()].map(({ id }) => id)),
    released,
  );
  if (edges.some(({ from }) => from === INTERNET)) nodes.unshift({ id: INTERNET, label: 'the internet', noun: '' });
  if (edges.some(({ to }) => to === OUTSIDE)) nodes.push({ id: OUTSIDE, label: 'the internet, outgoing', noun: '' });
  const important = [...nodes, ...others].sort((a, b) => Number(b.mark !== undefined) - Number(a.mark !== undefined));
  const kept = new Set(
    (important.length > MOST_NODES ? important.slice(0, MOST_NODES) : important).map(({ id }) => id),
  );
  const shown = [...nodes, ...others].filter(({ id }) => kept.has(id));
  const used = new Set(shown.flatMap(({ group }) => group ?? []));
  const parents = new Set([...groups.values()].filter(({ id }) => used.has(id)).flatMap(({ parent }) => parent ?? []));
  return {
    groups: [...groups.values()].filter(({ id }) => used.has(id) || parents.has(id)),
    nodes: shown,
    edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
    leftOut: important.length - shown.length,
  };
}

type OfType = (ids: readonly string[], ...types: string[]) => string[];

function subnetsOf(resource: Resource, byId: ReadonlyMap<string, Resource>, ofType: OfType): string[] {
  // A database says its subnets through a group of them.
  const groups = ofType(resource.names(), 'aws_db_subnet_group', 'aws_elasticache_subnet_group');
  const direct = [
    'subnets',
    'subnet_id',
    'subnet_ids',
    'subnet_mapping.subnet_id',
    'network_configuration.subnets',
    'vpc_config.subnet_ids',
  ].flatMap((argument) => resource.names(argument));
  const named = groups.flatMap((id) => byId.get(id)?.names('subnet_ids') ?? []);
  const byName = groups.length > 0 ? [] : dbGroupByName(resource, byId);
  return [...new Set(ofType([...direct, ...named, ...byName], 'aws_subnet'))].sort();
}

function dbGroupByName(resource: Resource, byId: ReadonlyMap<string, Resource>): readonly string[] {
  const name = text(field(resource.state, 'db_subnet_group_name'));
  if (name === undefined) return [];
  const group = [...byId.values()].find(
    (one) => one.type === 'aws_db_subnet_group' && text(field(one.state, 'name')) === name,
  );
  return group?.names('subnet_ids') ?? [];
}

function subnetLabel(subnets: readonly Resource[]): string {
  const zones = subnets
    .map(({ state }) => text(field(state, 'availability_zone')))
    .filter((zone) => zone !== undefined);
  const names = subnets
    .map(({ label, state }) => text(field(state, 'tags', 'Name')) ?? label)
    .join(' ')
    .toLowerCase();
  const kind = names.includes('private') ? 'private subnets' : names.includes('public') ? 'public subnets' : 'subnets';
  return `${subnets.length === 1 ? kind.slice(0, -1) : kind}${zones.length > 0 ? ` ${[...new Set(zones)].join(', ')}` : ''}`;
}

const GROUP_ARGUMENTS = [
  'security_groups',
  'security_group_ids',
  'vpc_security_group_ids',
  'network_configuration.security_groups',
  'vpc_config.security_group_ids',
];

/** Arrows are what the security groups let in, so the picture cannot promise a way that is closed. */
function edgesOf(
  resources: readonly Resource[],
  drawn: readonly Resource[],
  ofType: OfType,
  released: ReadonlySet<Change>,
): Edge[] {
  const members = new Map<string, string[]>();
  for (const resource of drawn) {
    for (const group of ofType(
      GROUP_ARGUMENTS.flatMap((argument) => [...resource.names(argument)]),
      'aws_security_group',
    )) {
      members.set(group, [...(members.get(group) ?? []), resource.id]);
    }
  }
  const owners = (groups: readonly string[]): string[] => groups.flatMap((group) => members.get(group) ?? []);
  const edges = resources.flatMap((rule): Edge[] => {
    const incoming =
      rule.type === 'aws_vpc_security_group_ingress_rule' ||
      (rule.type === 'aws_security_group_rule' && field(rule.state, 'type') === 'ingress');
    const outgoing =
      rule.type === 'aws_vpc_security_group_egress_rule' ||
      (rule.type === 'aws_security_group_rule' && field(rule.state, 'type') === 'egress');
    if (!incoming && !outgoing) return [];
    const guarded = owners(ofType(rule.names('security_group_id'), 'aws_security_group'));
    const others = owners(
      ofType(
        [...rule.names('referenced_security_group_id'), ...rule.names('source_security_group_id')],
        'aws_security_group',
      ),
    );
    const world = [
      field(rule.state, 'cidr_ipv4'),
      field(rule.state, 'cidr_ipv6'),
      field(rule.state, 'cidr_blocks', 0),
    ].some((range) => isWide(text(range)));
    const base = { label: portOf(rule.state), ...markOf(rule.change, released) };
    // Both sides of a connection have a rule; the side that listens draws it once.
    if (outgoing) return world ? guarded.map((from) => ({ from, to: OUTSIDE, ...base })) : [];
    const sources = world ? [INTERNET] : others;
    return sources.flatMap((from) => guarded.map((to) => ({ from, to, ...base })));
  });
  return [...new Map(edges.map((edge) => [`${edge.from} ${edge.to} ${edge.label} ${edge.mark ?? ''}`, edge])).values()];
}

/** What has no box of its own still shows that it changes, one box a kind. */
function otherChanges(
  resources: readonly Resource[],
  shown: ReadonlySet<string>,
  released: ReadonlySet<Change>,
): Node[] {
  const inGroups = new Set(['aws_vpc', 'aws_subnet']);
  const kinds = new Map<string, { noun: string; tier: string; mark: Mark; count: number }>();
  for (const { id, type, change } of resources) {
    const { mark } = markOf(change, released);
    if (change === undefined || mark === undefined || shown.has(id)) continue;
    if (inGroups.has(type) && mark !== 'delete' && mark !== 'replace') continue;
    const at = `${type} ${mark}`;
    const count = (kinds.get(at)?.count ?? 0) + 1;
    kinds.set(at, { noun: resourceType(type).noun, tier: tierOf(change), mark, count });
  }
  return [...kinds].map(([id, { noun, tier, mark, count }]) => ({
    id,
    label: count === 1 ? noun : `${count} × ${noun}`,
    noun: tier,
    mark,
  }));
}

function markOf(change: Change | undefined, released: ReadonlySet<Change>): { mark?: Mark } {
  if (change === undefined) return {};
  if (released.has(change)) return { mark: 'release' };
  switch (change.action) {
    case 'create':
    case 'update':
    case 'replace':
    case 'delete':
      return { mark: change.action };
    case 'forget':
      return { mark: 'delete' };
    case 'read':
    case 'none':
      return {};
  }
}
