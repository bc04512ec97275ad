import type { Queries } from '../queries';
import type { ObservabilityThresholds } from '../thresholds';
import type { Watched } from '../watched';
import { cloudWatchDelaySeconds, pascal, span, type MonitorRow } from './row';

/** Tasks and their agents. */
export function containerRows(queries: Queries, watched: Watched, thresholds: ObservabilityThresholds): MonitorRow[] {
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
