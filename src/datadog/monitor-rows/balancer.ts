import type { Queries } from '../queries';
import type { ObservabilityThresholds } from '../thresholds';
import type { BalancedService } from '../watched';
import { cloudWatchDelaySeconds, pascal, span, type MonitorRow } from './row';

/** What the load balancer of one tier says of it. */
export function balancerRows(
  queries: Queries,
  tier: BalancedService,
  thresholds: ObservabilityThresholds,
): MonitorRow[] {
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
