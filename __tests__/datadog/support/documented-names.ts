/**
 * Names that nothing on one machine can emit, so no test can see them: Datadog's documentation says that they exist.
 *
 * A query that asks for any other name must be proven by telemetry that was really received.
 */
export interface Family {
  readonly source: string;
  readonly metrics: readonly string[];
  readonly tags: readonly string[];
}

const fargateTags = [
  'cluster_name',
  'container_id',
  'ecs_container_name',
  'ecs_service',
  'env',
  'service',
  'task_arn',
  'task_family',
  'version',
];

export const documentedMetrics: readonly Family[] = [
  {
    // Tags: the agent's tagger, comp/core/tagger/collectors/workloadmeta_extract.go (low, orchestrator and high cardinality).
    source: 'DataDog/integrations-core, container/metadata.csv',
    metrics: ['container.uptime'],
    tags: fargateTags,
  },
  {
    source: 'DataDog/integrations-core, ecs_fargate/metadata.csv',
    metrics: ['ecs.fargate.cpu.percent', 'ecs.fargate.cpu.usage', 'ecs.fargate.cpu.user', 'ecs.fargate.mem.usage'],
    tags: fargateTags,
  },
  {
    source: 'DataDog/integrations-core, ecs_fargate/assets/monitors/ecs_fargate_{cpu,mem}_usage.json',
    metrics: ['ecs.fargate.cpu.task.limit', 'ecs.fargate.mem.task.limit'],
    tags: fargateTags,
  },
  {
    source: 'https://docs.datadoghq.com/containers/amazon_ecs/data_collected/',
    metrics: ['aws.ecs.service.desired', 'aws.ecs.service.running'],
    tags: ['clustername', 'servicename'],
  },
  {
    // The dimension LoadBalancer is `app/<name>/<id>`.
    source: 'https://docs.datadoghq.com/integrations/amazon_elb/',
    metrics: [
      'aws.applicationelb.httpcode_elb_5xx',
      'aws.applicationelb.httpcode_target_5xx',
      'aws.applicationelb.request_count',
      'aws.applicationelb.un_healthy_host_count.maximum',
    ],
    tags: ['loadbalancer', 'targetgroup'],
  },
  {
    source: 'https://docs.datadoghq.com/integrations/amazon_rds/',
    metrics: ['aws.rds.cpuutilization', 'aws.rds.database_connections', 'aws.rds.free_storage_space'],
    tags: ['dbinstanceidentifier'],
  },
  {
    // Tags: those that our own collector's label sets, see src/datadog/mysql-collector.ts.
    source: 'DataDog/integrations-core, mysql/metadata.csv',
    metrics: [
      'mysql.net.max_connections_available',
      'mysql.performance.queries',
      'mysql.performance.slow_queries',
      'mysql.performance.threads_connected',
    ],
    tags: ['dbinstanceidentifier', 'env', 'service'],
  },
];

export const documentedChecks: Readonly<Record<string, { readonly source: string; readonly tags: readonly string[] }>> =
  {
    fargate_check: {
      source: 'DataDog/integrations-core, ecs_fargate/assets/service_checks.json',
      tags: fargateTags,
    },
    'mysql.can_connect': {
      source: 'DataDog/integrations-core, mysql/assets/service_checks.json',
      tags: ['dbinstanceidentifier', 'env', 'service'],
    },
  };

/** What Datadog derives from events: from the user agent, the address, the path and the time. */
export const derivedFacets: Readonly<Record<string, string>> = {
  '@browser.name': 'https://docs.datadoghq.com/real_user_monitoring/browser/data_collected/',
  '@geo.country_iso_code': 'https://docs.datadoghq.com/real_user_monitoring/browser/data_collected/',
  '@session.is_active': 'https://docs.datadoghq.com/real_user_monitoring/browser/data_collected/',
  '@view.url_path_group': 'https://docs.datadoghq.com/real_user_monitoring/browser/data_collected/',
};

/** Events that Datadog makes of others: a session is the sum of its views. */
export const derivedEventTypes: Readonly<Record<string, string>> = {
  session: 'https://docs.datadoghq.com/real_user_monitoring/browser/data_collected/',
};
