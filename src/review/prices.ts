/**
 * List prices in US dollars. Compared with published articles: Fargate, and db.t4g.micro, small and medium. The others were
 * written down from memory and still wait for a look at AWS's own pages; `source` says so in every report.
 */
export const PRICE_LIST = {
  region: 'us-east-1',
  asOf: '2026-03',
  source: 'AWS on-demand list prices, not all checked yet (aws.amazon.com/<service>/pricing)',
  /** AWS bills by the hour; a month is 730 of them. */
  hoursPerMonth: 730,
} as const;

export const HOURLY = {
  natGateway: 0.045,
  loadBalancer: 0.0225,
  publicAddress: 0.005,
  interfaceEndpoint: 0.01,
  fargateVcpu: { X86_64: 0.04048, ARM64: 0.03238 },
  fargateGigabyte: { X86_64: 0.004445, ARM64: 0.00356 },
} as const;

export const MONTHLY = {
  webAcl: 5,
  webAclRule: 1,
  kmsKey: 1,
  secret: 0.4,
  alarm: 0.1,
  dnsZone: 0.5,
  advancedParameter: 0.05,
  /** A gigabyte of database storage, one zone. */
  databaseGigabyte: { gp2: 0.115, gp3: 0.115 } as Readonly<Record<string, number>>,
} as const;

/** RDS for MySQL, one zone; a standby doubles it. */
export const DATABASE_HOURLY: Readonly<Record<string, number>> = {
  'db.t3.micro': 0.017,
  'db.t3.small': 0.034,
  'db.t3.medium': 0.068,
  'db.t3.large': 0.136,
  'db.t4g.micro': 0.016,
  'db.t4g.small': 0.032,
  'db.t4g.medium': 0.065,
  'db.t4g.large': 0.129,
  'db.m5.large': 0.171,
  'db.m5.xlarge': 0.342,
  'db.m6g.large': 0.152,
  'db.m6g.xlarge': 0.304,
  'db.r5.large': 0.24,
  'db.r5.xlarge': 0.48,
  'db.r6g.large': 0.215,
  'db.r6g.xlarge': 0.43,
};

/** What is billed by use: named, never counted. */
export const BY_USE: readonly (readonly [type: string, what: string])[] = [
  ['aws_nat_gateway', 'NAT gateway: data processed'],
  ['aws_lb', 'load balancer: capacity units'],
  ['aws_alb', 'load balancer: capacity units'],
  ['aws_vpc_endpoint', 'VPC endpoints: data processed'],
  ['aws_cloudwatch_log_group', 'logs: gigabytes written and kept'],
  ['aws_flow_log', 'flow logs: gigabytes'],
  ['aws_s3_bucket', 'buckets: gigabytes and requests'],
  ['aws_ecr_repository', 'image repositories: gigabytes'],
  ['aws_wafv2_web_acl', 'web firewall: requests'],
  ['aws_kms_key', 'keys: requests'],
  ['aws_route53_zone', 'DNS: queries'],
  ['aws_db_instance', 'database: backups beyond its size, I/O of some storage types'],
  ['aws_lambda_function', 'functions: requests and duration'],
  ['aws_dynamodb_table', 'tables: requests and gigabytes'],
  ['datadog_*', 'Datadog: billed by Datadog, per host, task, session and log'],
];

/** No charge of their own, by AWS's pricing pages. */
export const FREE: readonly string[] = [
  'aws_vpc',
  'aws_subnet',
  'aws_route',
  'aws_route_table',
  'aws_route_table_association',
  'aws_internet_gateway',
  'aws_security_group',
  'aws_default_security_group',
  'aws_security_group_rule',
  'aws_vpc_security_group_ingress_rule',
  'aws_vpc_security_group_egress_rule',
  'aws_ecs_cluster',
  'aws_ecs_cluster_capacity_providers',
  'aws_ecs_task_definition',
  'aws_lb_listener',
  'aws_lb_listener_rule',
  'aws_lb_listener_certificate',
  'aws_lb_target_group',
  'aws_iam_*',
  'aws_appautoscaling_target',
  'aws_appautoscaling_policy',
  'aws_appautoscaling_scheduled_action',
  'aws_db_subnet_group',
  'aws_db_parameter_group',
  'aws_db_option_group',
  'aws_kms_alias',
  'aws_kms_key_policy',
  'aws_acm_certificate',
  'aws_acm_certificate_validation',
  'aws_s3_bucket_*',
  'aws_ecr_lifecycle_policy',
  'aws_ecr_repository_policy',
  'aws_route53_record',
  'aws_wafv2_web_acl_association',
  'aws_wafv2_web_acl_logging_configuration',
  'aws_cloudwatch_dashboard',
  'terraform_data',
  'null_resource',
  'random_*',
  'docker_image',
  'docker_registry_image',
  'local_file',
  'time_*',
  'tls_private_key',
  'archive_file',
];
