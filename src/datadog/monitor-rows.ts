import { monitorScope, Queries } from './queries';
import type { ObservabilityThresholds, Threshold } from './thresholds';
import { isBalanced, type BalancedService, type Watched, type WatchedService } from './watched';

/** One monitor, as data: what it asks, when it speaks, and what its reader should do. */
export interface MonitorRow {
  readonly id: string;
  readonly title: string;
  readonly type: 'query alert' | 'service check' | 'rum alert';

  /** The condition without its limit: `avg(last_15m):… >`. */
  readonly query: string;
  readonly threshold: Limits;
  readonly unit: string;
  readonly message: Message;

  /** 1 wakes somebody; 5 is for the record. */
  readonly priority: 1 | 2 | 3 | 4 | 5;

  /** Part of a composite: it speaks to nobody itself. */
  readonly silent?: boolean;

  /** @default 'default' - a count without data is zero, everything else keeps its last state */
  readonly missingData?: 'show_and_notify_no_data';

  /** Set for service checks, which have no `missingData`. */
  readonly noDataMinutes?: number;

  /** @default - the monitor asks for no anomaly */
  readonly anomalyWindow?: string;

  /** @default 0 - CloudWatch's numbers arrive late, and ask for more */
  readonly delaySeconds?: number;
}

export interface Limits {
  readonly critical: number;
  /** @default - the monitor only alerts */
  readonly warning?: number;
  /** For service checks: how many good answers recover. */
  readonly ok?: number;
}

export interface Message {
  readonly means: string;
  readonly checks: readonly [string, string, string];
  /** The file under `docs/runbooks/`, without its ending. */
  readonly runbook: string;
}

/** Alerts only when all of its parts do. */
export interface CompositeRow {
  readonly id: string;
  readonly title: string;
  readonly allOf: readonly [string, string];
  readonly message: Message;
  readonly priority: 1 | 2 | 3 | 4 | 5;
}

/** CloudWatch's metrics reach Datadog ten minutes late or more; five to spare. */
const cloudWatchDelaySeconds = 900;
const bytesPerGiB = 1024 ** 3;
const nanosecondsPerSecond = 1e9;

const failing: Message = {
  means: 'A share of requests that matters fails, with enough traffic to be sure of it.',
  checks: [
    'Which routes and status codes: group API on the dashboard',
    'Did it begin with a new version: group Releases',
    'Do statements fail or wait as well: group MySQL',
  ],
  runbook: 'api-error-rate',
};

export function monitorRows(watched: Watched, thresholds: ObservabilityThresholds): MonitorRow[] {
  const queries = new Queries(watched, monitorScope(watched));
  const services = Object.values(watched.services);
  return [
    ...tasks(queries, watched, thresholds),
    ...services.filter(isBalanced).flatMap((tier) => balancer(queries, tier, thresholds)),
    ...api(queries, watched.services.backend, thresholds),
    ...database(queries, watched, thresholds),
    ...browser(queries, thresholds),
  ];
}

export function compositeRows(): CompositeRow[] {
  return [
    {
      id: 'ApiFailing',
      title: 'API: too many requests fail',
      allOf: ['ApiErrorRate', 'ApiTraffic'],
      priority: 1,
      message: failing,
    },
  ];
}

function tasks(queries: Queries, watched: Watched, thresholds: ObservabilityThresholds): MonitorRow[] {
  const window = `last_${span(thresholds.windows.resourceMinutes)}`;
  return [
    {
      id: 'TaskMemory',
      title: 'task memory is nearly used up',
      type: 'query alert',
      query: `avg(${window}):${queries.taskMemoryPercent()} >`,
      threshold: thresholds.taskMemoryPercent,
      unit: 'percent of the task',
      priority: 2,
      message: {
        means: '{{ecs_service.name}} will be killed by the kernel when its memory is used up.',
        checks: [
          'Which container grows: average memory per container, group Containers',
          'Did it begin with a release: group Releases',
          'Is the agent the one that grows: filter on ecs_container_name:datadog-agent',
        ],
        runbook: 'task-memory',
      },
    },
    {
      id: 'TaskCpu',
      title: 'task CPU is nearly used up',
      type: 'query alert',
      query: `avg(${window}):${queries.taskCpuPercent()} >`,
      threshold: thresholds.taskCpuPercent,
      unit: 'percent of the task',
      priority: 3,
      message: {
        means: '{{ecs_service.name}} has no CPU to spare: requests wait.',
        checks: [
          'Is there more traffic than usual: requests, group Load balancers',
          'Has autoscaling reached its maximum: desired and running tasks',
          'Did it begin with a release: group Releases',
        ],
        runbook: 'task-cpu',
      },
    },
    {
      id: 'TasksBelowDesired',
      title: 'fewer tasks run than desired',
      type: 'query alert',
      query: `max(${window}):${queries.runningTasks()} - ${queries.desiredTasks()} <`,
      threshold: { critical: 0 },
      unit: 'tasks',
      priority: 2,
      delaySeconds: cloudWatchDelaySeconds,
      message: {
        means: 'ECS has not managed to keep {{servicename.name}} at its desired number of tasks.',
        checks: [
          "The service's events in the ECS console: they name the reason",
          'The stopped reason of the last stopped task',
          'Did a deployment just roll back',
        ],
        runbook: 'running-tasks',
      },
    },
    ...Object.values(watched.services).map((tier): MonitorRow => ({
      id: `${pascal(tier.container)}sRunning`,
      title: `${tier.identity.service}: too few containers run`,
      type: 'query alert',
      query: `max(last_5m):${queries.runningContainersOf(tier)} <`,
      threshold: { critical: tier.minimumTasks },
      unit: 'containers',
      priority: 1,
      missingData: 'show_and_notify_no_data',
      message: {
        means: `Fewer than ${tier.minimumTasks} of ${tier.container} report that they run, or none does.`,
        checks: [
          'Do pages answer: open the public address',
          "The service's events in the ECS console",
          "The container's last log lines",
        ],
        runbook: 'running-tasks',
      },
    })),
    {
      id: 'AgentCheck',
      title: 'agent cannot read its task',
      type: 'service check',
      query: `"fargate_check".over("cluster_name:${watched.clusterName}").by("task_arn").last(6).count_by_status()`,
      threshold: { ok: 1, warning: 3, critical: 5 },
      unit: 'failed checks',
      priority: 3,
      noDataMinutes: 30,
      message: {
        means: 'The agent of {{task_arn.name}} fails to read the task metadata endpoint: container metrics are blind.',
        checks: [
          "The agent's log lines in the task's log group",
          'Is the image of the agent a new one',
          'Do traces of the same task still arrive',
        ],
        runbook: 'agent',
      },
    },
    {
      id: 'NoData',
      title: 'nothing reports any more',
      type: 'query alert',
      query: `max(${window}):${queries.reportingTasks()} <`,
      threshold: { critical: 1 },
      unit: 'tasks that report',
      priority: 1,
      missingData: 'show_and_notify_no_data',
      message: {
        means: 'No task of the cluster reports to Datadog: either nothing runs, or every other monitor is blind.',
        checks: [
          'Do pages answer: open the public address',
          'Is the API key still valid: Organization settings, API keys',
          'The NAT gateway and the route of the private subnets',
        ],
        runbook: 'no-data',
      },
    },
  ];
}

function balancer(queries: Queries, tier: BalancedService, thresholds: ObservabilityThresholds): MonitorRow[] {
  const { service } = tier.identity;
  const window = `last_${span(thresholds.windows.trafficMinutes)}`;
  return [
    {
      id: `${pascal(service)}Targets`,
      title: `${service}: the load balancer has unhealthy targets`,
      type: 'query alert',
      query: `min(${window}):${queries.unhealthyTargets(tier)} >`,
      threshold: { critical: 0 },
      unit: 'targets',
      priority: 2,
      delaySeconds: cloudWatchDelaySeconds,
      message: {
        means: `A task of ${service} fails its health check and gets no traffic.`,
        checks: [
          'The reason beside the target in the EC2 console',
          "The container's log lines around its last answer",
          'Does the security group still admit the balancer',
        ],
        runbook: 'unhealthy-targets',
      },
    },
    {
      id: `${pascal(service)}BalancerErrors`,
      title: `${service}: the load balancer itself answers 5xx`,
      type: 'query alert',
      query: `sum(${window}):${queries.balancerErrors(tier)} >`,
      threshold: thresholds.balancerErrors,
      unit: 'answers',
      priority: 2,
      delaySeconds: cloudWatchDelaySeconds,
      message: {
        means: `Requests to ${service} never reached a task, or its answer never came.`,
        checks: [
          'Unhealthy targets, group Load balancers',
          'Did tasks stop in that time: group Containers',
          "The balancer's access log: its error_reason column",
        ],
        runbook: 'unhealthy-targets',
      },
    },
  ];
}

function api(queries: Queries, backend: WatchedService, thresholds: ObservabilityThresholds): MonitorRow[] {
  const window = `last_${span(thresholds.windows.trafficMinutes)}`;
  return [
    {
      id: 'ApiErrorRate',
      title: 'API: error rate (part of a composite)',
      type: 'query alert',
      query: `sum(${window}):${queries.requestErrors(backend)} / ${queries.requests(backend)} * 100 >`,
      threshold: thresholds.apiErrorPercent,
      unit: 'percent of requests',
      priority: 5,
      silent: true,
      message: failing,
    },
    {
      id: 'ApiTraffic',
      title: 'API: enough requests to judge (part of a composite)',
      type: 'query alert',
      query: `sum(${window}):${queries.requests(backend)} >`,
      threshold: { critical: thresholds.apiMinimumRequests },
      unit: 'requests',
      priority: 5,
      silent: true,
      message: failing,
    },
    {
      id: 'ApiLatency',
      title: 'API: p95 latency is high',
      type: 'query alert',
      query: `percentile(${window}):${queries.latency(backend, 'p95')} >`,
      threshold: thresholds.apiP95Seconds,
      unit: 'seconds',
      priority: 2,
      message: {
        means: 'One request of twenty takes longer than users wait for.',
        checks: [
          'Do statements take longer as well: group MySQL',
          'Has the task CPU to spare: group Containers',
          'A slow trace of the service: where does its time go',
        ],
        runbook: 'api-latency',
      },
    },
    {
      id: 'CreateFailing',
      title: 'POST /create fails',
      type: 'query alert',
      query: `sum(${window}):${queries.createErrors()} >`,
      threshold: thresholds.createErrors,
      unit: 'failed requests',
      priority: 1,
      message: {
        means: 'Users lose what they write.',
        checks: [
          'A failed trace of POST /create: its error and its SQL spans',
          'Statement errors, group MySQL',
          'Free storage, group Database instance',
        ],
        runbook: 'create-failing',
      },
    },
    {
      id: 'TrafficAnomaly',
      title: 'API: traffic is not what it usually is',
      type: 'query alert',
      query:
        `avg(last_4h):anomalies(${queries.requests(backend)}, 'agile', ${thresholds.trafficDeviations}, ` +
        `direction='both', alert_window='last_30m', interval=60, count_default_zero='true', seasonality='weekly') >=`,
      threshold: { critical: 1 },
      unit: 'share of abnormal points',
      priority: 4,
      anomalyWindow: 'last_30m',
      message: {
        means: 'There are far more or far fewer requests than at this hour of other weeks.',
        checks: [
          'More: which routes, group API; fewer: do pages answer at all',
          'Is a campaign, a test or a holiday the reason',
          'Requests at the frontend balancer: is the loss before or behind it',
        ],
        runbook: 'traffic-anomaly',
      },
    },
  ];
}

function database(queries: Queries, watched: Watched, thresholds: ObservabilityThresholds): MonitorRow[] {
  const traffic = `last_${span(thresholds.windows.trafficMinutes)}`;
  const resource = `last_${span(thresholds.windows.resourceMinutes)}`;
  const collected: MonitorRow[] = [
    {
      id: 'DatabaseConnections',
      title: 'database: connections are near the limit',
      type: 'query alert',
      query: `avg(${resource}):${queries.mysql('performance.threads_connected')} / ${queries.mysql('net.max_connections_available')} * 100 >`,
      threshold: thresholds.databaseConnectionsPercent,
      unit: 'percent of max_connections',
      priority: 2,
      message: {
        means: 'New tasks and operators will soon be refused by MySQL.',
        checks: [
          'How many tasks run, times their pool size: group Containers',
          'Connections that never come back: SHOW PROCESSLIST',
          'Is a statement blocking the others: group MySQL',
        ],
        runbook: 'database-connections',
      },
    },
    {
      id: 'DatabaseReachable',
      title: 'database: the collector cannot connect',
      type: 'service check',
      query: `"mysql.can_connect".over("env:${watched.env}").by("env").last(6).count_by_status()`,
      threshold: { ok: 1, warning: 3, critical: 5 },
      unit: 'failed checks',
      priority: 2,
      noDataMinutes: 30,
      message: {
        means: 'MySQL refuses the monitoring user, or is not there.',
        checks: [
          'Does GET /ready of the API answer 200',
          "The instance's state and events in the RDS console",
          "The collector's log lines: network or password",
        ],
        runbook: 'database-connections',
      },
    },
  ];
  return [
    {
      id: 'DatabaseErrors',
      title: 'database: statements fail',
      type: 'query alert',
      query: `sum(${traffic}):${queries.statementErrors()} >`,
      threshold: thresholds.databaseErrors,
      unit: 'failed statements',
      priority: 2,
      message: {
        means: 'Statements of the API end in an error.',
        checks: [
          'A failed SQL span: its error message',
          'Did a migration just run: the log of backend-migrate',
          "The instance's events in the RDS console",
        ],
        runbook: 'database-errors',
      },
    },
    {
      id: 'DatabaseLatency',
      title: 'database: statements are slow',
      type: 'query alert',
      query: `percentile(${traffic}):${queries.statementLatency('p95')} >`,
      threshold: thresholds.databaseP95Seconds,
      unit: 'seconds',
      priority: 3,
      message: {
        means: 'One statement of twenty takes longer than it should.',
        checks: [
          'Which statement: resources of service mysql, by p95',
          'CPU, group Database instance: does it have credits left',
          'Is a lock the reason: SHOW ENGINE INNODB STATUS',
        ],
        runbook: 'database-latency',
      },
    },
    {
      id: 'DatabaseCpu',
      title: 'database: CPU is nearly used up',
      type: 'query alert',
      query: `min(${resource}):${queries.rds('cpuutilization')} >`,
      threshold: thresholds.databaseCpuPercent,
      unit: 'percent',
      priority: 3,
      delaySeconds: cloudWatchDelaySeconds,
      message: {
        means: 'The instance has no CPU to spare: every statement waits.',
        checks: [
          'Which statements run most: resources of service mysql, by hits',
          'Is there more traffic than usual: group API',
          'A burstable instance: CPUCreditBalance in CloudWatch',
        ],
        runbook: 'database-cpu',
      },
    },
    {
      id: 'DatabaseStorage',
      title: 'database: storage is running out',
      type: 'query alert',
      query: `min(${resource}):${queries.rds('free_storage_space')} <`,
      threshold: scaled(thresholds.databaseFreeStorageGiB, bytesPerGiB),
      unit: 'bytes free',
      priority: 1,
      delaySeconds: cloudWatchDelaySeconds,
      message: {
        means: 'MySQL stops writing when storage is used up.',
        checks: [
          'How fast it falls: free storage, group Database instance',
          'Has storage autoscaling reached its maximum',
          'What grew: tables, or binary logs',
        ],
        runbook: 'database-storage',
      },
    },
    ...(watched.database.collector === true ? collected : []),
  ];
}

function browser(queries: Queries, thresholds: ObservabilityThresholds): MonitorRow[] {
  const window = span(thresholds.windows.browserMinutes);
  return [
    {
      id: 'PageErrors',
      title: 'pages: JavaScript errors',
      type: 'rum alert',
      query: `rum("${queries.browser('error')}").rollup("count").last("${window}") >`,
      threshold: thresholds.pageErrors,
      unit: 'errors',
      priority: 3,
      message: {
        means: 'Browsers report errors of our pages.',
        checks: [
          'Which error, on which page: RUM explorer, grouped by @error.message',
          'Did it begin with a release: group Releases',
          'One browser only: group What users feel',
        ],
        runbook: 'page-errors',
      },
    },
    {
      id: 'PageLoad',
      title: 'pages: the largest paint is late',
      type: 'rum alert',
      query: `rum("${queries.browser('view')}").rollup("pc75", "@view.largest_contentful_paint").last("${window}") >`,
      threshold: scaled(thresholds.pageLcpSeconds, nanosecondsPerSecond),
      unit: 'nanoseconds',
      priority: 3,
      message: {
        means: 'One view of four shows its main content too late.',
        checks: [
          'Is the API slow as well: group API',
          'Which pages: slowest pages, group What users feel',
          'One country only: the network between, not us',
        ],
        runbook: 'page-load',
      },
    },
  ];
}

/** Datadog's spelling of a window: `10m`, `1h`. */
function span(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

function scaled({ warning, critical }: Threshold, factor: number): Threshold {
  return { warning: Math.round(warning * factor), critical: Math.round(critical * factor) };
}

/** `backend-service` as a construct id: `BackendService`. */
function pascal(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
