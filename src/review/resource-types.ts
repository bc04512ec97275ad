import { label, type Change } from './model';

export const TIERS = [
  'network',
  'database',
  'frontend',
  'backend',
  'services',
  'observability',
  'access',
  'other',
] as const;
export type Tier = (typeof TIERS)[number];

export interface ResourceType {
  readonly noun: string;
  readonly tier: Tier;
  /** What is gone for good when it is destroyed. */
  readonly data?: string;
  /** What goes with it though no plan names it. */
  readonly takes?: string;
  /** Made anew at every release: its replacement is not a loss. */
  readonly released?: true;
}

// Patterns, first match wins. A type without a row is shown by its Terraform name in tier "other".
const ROWS: readonly (readonly [pattern: string, type: ResourceType])[] = [
  ['aws_vpc', { noun: 'VPC', tier: 'network', takes: 'everything inside it' }],
  ['aws_subnet', { noun: 'subnet', tier: 'network', takes: 'the network interfaces in it' }],
  ['aws_nat_gateway', { noun: 'NAT gateway', tier: 'network', takes: 'open outgoing connections' }],
  ['aws_internet_gateway', { noun: 'internet gateway', tier: 'network', takes: 'every way in and out' }],
  ['aws_eip', { noun: 'public address', tier: 'network' }],
  ['aws_route_table_association', { noun: 'route table association', tier: 'network' }],
  ['aws_route_table', { noun: 'route table', tier: 'network', takes: 'its routes' }],
  ['aws_route', { noun: 'route', tier: 'network' }],
  ['aws_vpc_endpoint', { noun: 'VPC endpoint', tier: 'network' }],
  ['aws_security_group', { noun: 'security group', tier: 'network', takes: 'its rules' }],
  ['aws_security_group_rule', { noun: 'security group rule', tier: 'network' }],
  ['aws_vpc_security_group_ingress_rule', { noun: 'incoming rule', tier: 'network' }],
  ['aws_vpc_security_group_egress_rule', { noun: 'outgoing rule', tier: 'network' }],
  ['aws_route53_zone', { noun: 'DNS zone', tier: 'network', data: 'its records and its name servers' }],
  ['aws_route53_*', { noun: 'DNS record', tier: 'network' }],
  ['aws_lb', { noun: 'load balancer', tier: 'services', takes: 'its listeners and its DNS name' }],
  ['aws_alb', { noun: 'load balancer', tier: 'services', takes: 'its listeners and its DNS name' }],
  ['aws_lb_listener', { noun: 'listener', tier: 'services' }],
  ['aws_lb_listener_rule', { noun: 'listener rule', tier: 'services' }],
  ['aws_lb_target_group', { noun: 'target group', tier: 'services' }],
  ['aws_wafv2_*', { noun: 'web firewall', tier: 'access' }],
  ['aws_acm_certificate', { noun: 'certificate', tier: 'network' }],
  [
    'aws_db_instance',
    { noun: 'database', tier: 'database', data: 'every table in it', takes: 'its automated backups' },
  ],
  [
    'aws_rds_cluster',
    { noun: 'database cluster', tier: 'database', data: 'every table in it', takes: 'its automated backups' },
  ],
  ['aws_rds_cluster_instance', { noun: 'database instance', tier: 'database' }],
  ['aws_db_snapshot', { noun: 'database snapshot', tier: 'database', data: 'the snapshot' }],
  ['aws_db_*', { noun: 'database setting', tier: 'database' }],
  ['aws_dynamodb_table', { noun: 'table', tier: 'database', data: 'every item in it' }],
  ['aws_elasticache_*', { noun: 'cache', tier: 'database', data: 'what it holds' }],
  ['aws_efs_file_system', { noun: 'file system', tier: 'database', data: 'every file in it' }],
  ['aws_ebs_volume', { noun: 'volume', tier: 'database', data: 'what is on it' }],
  ['aws_s3_bucket', { noun: 'bucket', tier: 'database', data: 'every object in it' }],
  ['aws_s3_*', { noun: 'bucket setting', tier: 'database' }],
  ['aws_ecs_task_definition', { noun: 'task definition', tier: 'services', released: true }],
  ['aws_ecs_service', { noun: 'service', tier: 'services', takes: 'its running tasks' }],
  ['aws_ecs_cluster', { noun: 'cluster', tier: 'services', takes: 'its services' }],
  ['aws_ecs_*', { noun: 'cluster setting', tier: 'services' }],
  ['aws_appautoscaling_*', { noun: 'autoscaling rule', tier: 'services' }],
  [
    'aws_ecr_repository',
    { noun: 'image repository', tier: 'services', data: 'every image in it, and with them the way back' },
  ],
  ['aws_ecr_*', { noun: 'image repository setting', tier: 'services' }],
  ['docker_image', { noun: 'image', tier: 'services', released: true }],
  ['docker_registry_image', { noun: 'pushed image', tier: 'services', released: true }],
  ['aws_lambda_function', { noun: 'function', tier: 'services' }],
  ['aws_instance', { noun: 'machine', tier: 'services', data: 'its root volume' }],
  ['aws_launch_template', { noun: 'launch template', tier: 'services' }],
  ['aws_autoscaling_group', { noun: 'machine group', tier: 'services', takes: 'its machines' }],
  ['aws_kms_key', { noun: 'encryption key', tier: 'access', data: 'everything encrypted with it becomes unreadable' }],
  ['aws_kms_*', { noun: 'encryption key setting', tier: 'access' }],
  ['aws_secretsmanager_secret', { noun: 'secret', tier: 'access', data: 'its value and its versions' }],
  ['aws_secretsmanager_*', { noun: 'secret setting', tier: 'access' }],
  ['aws_ssm_parameter', { noun: 'parameter', tier: 'access', data: 'its value and its history' }],
  ['aws_iam_role', { noun: 'role', tier: 'access' }],
  ['aws_iam_*', { noun: 'permission', tier: 'access' }],
  ['aws_cloudwatch_log_group', { noun: 'log group', tier: 'observability', data: 'every log line in it' }],
  ['aws_cloudwatch_metric_alarm', { noun: 'alarm', tier: 'observability' }],
  ['aws_cloudwatch_*', { noun: 'monitoring', tier: 'observability' }],
  ['aws_flow_log', { noun: 'flow log', tier: 'observability' }],
  ['datadog_monitor', { noun: 'monitor', tier: 'observability' }],
  ['datadog_dashboard*', { noun: 'dashboard', tier: 'observability' }],
  ['datadog_*', { noun: 'Datadog setting', tier: 'observability' }],
  ['random_*', { noun: 'random value', tier: 'other' }],
];

const OTHER: ResourceType = { noun: '', tier: 'other' };

export function resourceType(type: string): ResourceType {
  const row = ROWS.find(([pattern]) => matches(pattern, type));
  return row === undefined ? { ...OTHER, noun: type } : row[1];
}

/** Services belong to a tier by their name: nothing in AWS says which of two is the front. */
export function tierOf(change: Change): Tier {
  const { tier } = resourceType(change.type);
  if (tier !== 'services') return tier;
  const name = `${change.address} ${label(change)}`.toLowerCase();
  if (/front|web(?!acl)|(^|[^a-z])ui([^a-z]|$)/.test(name)) return 'frontend';
  return /back|api/.test(name) ? 'backend' : 'services';
}

/** Glob with `*` only, as people write resource types and addresses. */
export function matches(pattern: string, value: string): boolean {
  if (!pattern.includes('*')) return pattern === value;
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  // By search, not by a regular expression: a pattern with many stars must not run for ever.
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from <= value.length - last.length;
}
