import type { Fact, FactKind } from './fact';
import { label, type Action, type Change } from './model';
import { rolling } from './release';
import { matches, resourceType, tierOf } from './resource-types';
import { field, isNothing, number, show, text } from './value';

interface Row {
  readonly types: readonly string[];
  readonly actions: readonly Action[];
  /** Top-level arguments, any of which must differ; left out: whichever. */
  readonly arguments?: readonly string[];
  readonly kind: FactKind;
  readonly text: string | ((change: Change) => string);
}

const gone: readonly Action[] = ['delete', 'replace'];

// Who will feel a change, from AWS's documentation of what each argument does when it is modified.
const ROWS: readonly Row[] = [
  {
    types: ['aws_db_instance', 'aws_rds_cluster', 'aws_rds_cluster_instance'],
    actions: gone,
    kind: 'connections-drop',
    text: 'every connection to the database drops, and it is away until the new one stands',
  },
  {
    types: ['aws_db_instance', 'aws_rds_cluster'],
    actions: ['replace'],
    kind: 'address-changes',
    text: 'the database may get another address',
  },
  {
    types: ['aws_db_instance', 'aws_rds_cluster', 'aws_rds_cluster_instance'],
    actions: ['update'],
    arguments: [
      'instance_class',
      'engine_version',
      'parameter_group_name',
      'option_group_name',
      'multi_az',
      'port',
      'ca_cert_identifier',
      'network_type',
      'db_subnet_group_name',
      'identifier',
    ],
    kind: 'connections-drop',
    text: (change) =>
      field(change.after, 'apply_immediately') === true
        ? 'the database restarts at once: connections drop for some minutes'
        : `the database restarts in its maintenance window${window(change)}: connections drop then, and until then nothing changes`,
  },
  {
    types: ['aws_db_instance', 'aws_rds_cluster'],
    actions: ['update'],
    arguments: ['allocated_storage', 'storage_type', 'iops', 'storage_throughput'],
    kind: 'felt',
    text: 'storage changes while the database runs; it may be slower for hours, and cannot be changed again for six',
  },
  {
    types: ['aws_db_instance', 'aws_rds_cluster'],
    actions: ['update'],
    arguments: ['password', 'password_wo', 'password_wo_version', 'master_password'],
    kind: 'felt',
    text: 'the master password changes: open connections stay, new ones need the new one',
  },
  {
    types: ['aws_db_instance', 'aws_rds_cluster'],
    actions: ['update'],
    arguments: ['vpc_security_group_ids'],
    kind: 'connections-drop',
    text: 'other security groups guard the database',
  },
  {
    types: ['aws_db_parameter_group', 'aws_rds_cluster_parameter_group'],
    actions: ['update'],
    kind: 'felt',
    text: 'database settings change; static ones only with the next restart',
  },
  {
    types: ['aws_lb', 'aws_alb'],
    actions: gone,
    kind: 'address-changes',
    text: 'the balancer gets another DNS name, and is away meanwhile',
  },
  {
    types: ['aws_lb', 'aws_alb'],
    actions: ['update'],
    arguments: ['subnets', 'subnet_mapping', 'security_groups'],
    kind: 'felt',
    text: 'the balancer serves from other subnets or behind other rules',
  },
  {
    types: ['aws_lb_listener'],
    actions: gone,
    kind: 'connections-drop',
    text: 'nothing listens on its port meanwhile',
  },
  {
    types: ['aws_lb_target_group'],
    actions: gone,
    kind: 'connections-drop',
    text: 'the balancer has no targets until tasks are registered again',
  },
  { types: ['aws_ecs_cluster'], actions: gone, kind: 'connections-drop', text: 'every service in it stops' },
  {
    types: ['aws_ecs_service'],
    actions: ['delete'],
    kind: 'connections-drop',
    text: (change) => `${label(change)} stops for good`,
  },
  {
    types: ['aws_ecs_service'],
    actions: ['replace'],
    kind: 'connections-drop',
    text: (change) => `${label(change)} is away from the last old task to the first healthy new one`,
  },
  {
    types: ['aws_ecs_service'],
    actions: ['update'],
    arguments: [
      'task_definition',
      'force_new_deployment',
      'triggers',
      'network_configuration',
      'load_balancer',
      'capacity_provider_strategy',
      'platform_version',
      'service_registries',
      'service_connect_configuration',
    ],
    kind: 'tasks-roll',
    text: rolling,
  },
  {
    types: ['aws_ecs_service'],
    actions: ['update'],
    arguments: ['desired_count'],
    kind: 'felt',
    text: (change) =>
      `runs ${show(field(change.after, 'desired_count'))} instead of ${show(field(change.before, 'desired_count'))} tasks${number(field(change.after, 'desired_count')) === 0 ? ': nothing answers any more' : ''}`,
  },
  {
    types: ['aws_appautoscaling_*'],
    actions: ['update', 'delete', 'replace'],
    kind: 'felt',
    text: 'it scales by other limits',
  },
  {
    types: ['aws_nat_gateway'],
    actions: gone,
    kind: 'address-changes',
    text: 'open outgoing connections drop, and outgoing traffic leaves from another address',
  },
  {
    types: ['aws_eip'],
    actions: gone,
    kind: 'address-changes',
    text: 'the public address is given back and cannot be had again: whoever allows it must be told',
  },
  {
    types: ['aws_internet_gateway', 'aws_vpc'],
    actions: gone,
    kind: 'connections-drop',
    text: 'nothing gets in or out meanwhile',
  },
  {
    types: ['aws_subnet'],
    actions: gone,
    kind: 'connections-drop',
    text: 'what runs in the subnet must move first: tasks, balancers and databases in it are interrupted',
  },
  {
    types: ['aws_route', 'aws_route_table', 'aws_route_table_association'],
    actions: ['update', ...gone],
    kind: 'connections-drop',
    text: 'traffic takes another way, or none meanwhile',
  },
  {
    types: ['aws_security_group'],
    actions: gone,
    kind: 'connections-drop',
    text: 'what it allowed is closed until its successor is in place',
  },
  {
    types: ['aws_vpc_security_group_*_rule', 'aws_security_group_rule'],
    actions: ['delete'],
    kind: 'connections-drop',
    text: (change) => `closed: ${ruleText(change)}`,
  },
  {
    types: ['aws_vpc_security_group_*_rule', 'aws_security_group_rule'],
    actions: ['replace'],
    kind: 'connections-drop',
    text: (change) =>
      change.createFirst
        ? `another way through takes the place of: ${ruleText(change)}`
        : `closed for a moment: ${ruleText(change)}`,
  },
  {
    types: ['aws_vpc_endpoint'],
    actions: gone,
    kind: 'connections-drop',
    text: 'the private way to an AWS service is closed meanwhile',
  },
  {
    types: ['aws_route53_record'],
    actions: ['update', ...gone],
    kind: 'address-changes',
    text: 'the name points elsewhere; caches keep the old answer for its time to live',
  },
  {
    types: ['aws_ssm_parameter', 'aws_secretsmanager_secret_version'],
    actions: ['update', 'replace'],
    arguments: [
      'value',
      'value_wo',
      'value_wo_version',
      'secret_string',
      'secret_string_wo',
      'secret_string_wo_version',
      'insecure_value',
    ],
    kind: 'felt',
    text: 'its value changes: tasks read it when they start, or when they ask',
  },
  {
    types: ['aws_kms_key'],
    actions: gone,
    kind: 'connections-drop',
    text: 'whatever needs the key to start or to read fails',
  },
  {
    types: ['aws_wafv2_web_acl'],
    actions: ['update', 'replace'],
    kind: 'felt',
    text: 'requests are filtered by other rules',
  },
  {
    types: ['aws_iam_role'],
    actions: gone,
    kind: 'connections-drop',
    text: 'whatever acts as this role loses its permissions',
  },
  {
    types: ['aws_iam_role_policy', 'aws_iam_policy', 'aws_iam_role_policy_attachment'],
    actions: ['delete'],
    kind: 'felt',
    text: 'whoever has it may do less: watch for denied calls',
  },
  {
    types: ['aws_cloudwatch_metric_alarm', 'datadog_monitor'],
    actions: ['update', 'replace'],
    kind: 'felt',
    text: 'people are told at other values',
  },
];

/** What users and operators notice, one fact a sentence. */
export function impactOf(change: Change, released: ReadonlySet<Change> = new Set()): Fact[] {
  if (!change.managed || change.action === 'none' || change.action === 'read' || change.deposed) return [];
  if (released.has(change))
    return change.type === 'aws_ecs_service'
      ? [{ ...base(change), kind: 'tasks-roll', text: `${label(change)}: its tasks roll, as released` }]
      : [];
  const roots = new Set(change.differences.map(({ path }) => path[0] ?? ''));
  return ROWS.filter(
    (row) =>
      row.actions.includes(change.action) &&
      row.types.some((type) => matches(type, change.type)) &&
      (row.arguments === undefined || row.arguments.some((name) => roots.has(name))),
  ).map((row): Fact => ({
    ...base(change),
    kind: row.kind,
    text: typeof row.text === 'string' ? row.text : row.text(change),
  }));
}

function base(change: Change): Pick<Fact, 'stack' | 'address' | 'type' | 'tier'> {
  return { stack: change.stack, address: change.address, type: change.type, tier: tierOf(change) };
}

function window(change: Change): string {
  const when =
    text(field(change.after, 'maintenance_window')) ?? text(field(change.after, 'preferred_maintenance_window'));
  return isNothing(when) || when === undefined ? '' : ` (${when} UTC)`;
}

function ruleText(change: Change): string {
  const description = text(field(change.before, 'description'));
  const ports = [field(change.before, 'from_port'), field(change.before, 'to_port')].map((port) => show(port));
  const port = ports[0] === ports[1] ? (ports[0] ?? '') : ports.join('-');
  return `${description ?? resourceType(change.type).noun} (port ${port})`;
}
