import type { Queries } from '../queries';
import type { ObservabilityThresholds } from '../thresholds';
import type { Watched } from '../watched';
import { cloudWatchDelaySeconds, scaled, span, type MonitorRow } from './row';

const bytesPerGiB = 1024 ** 3;

/** The database: its statements, and its instance. */
export function databaseRows(queries: Queries, watched: Watched, thresholds: ObservabilityThresholds): MonitorRow[] {
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
