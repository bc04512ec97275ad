import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy';
import { AppautoscalingScheduledAction } from '@cdktf/provider-aws/lib/appautoscaling-scheduled-action';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target';
import { Construct } from 'constructs';
import type { LoadBalancer } from './load-balancer';

export interface ServiceScalingProps {
  readonly name: string;
  readonly clusterName: string;
  readonly serviceName: string;
  readonly minTasks: number;
  readonly maxTasks: number;

  /** Percent. */
  readonly cpuPercent: number;

  /** Percent. */
  readonly memoryPercent: number;

  /** Requests a minute and target, counted at `balancer`. @default - it does not scale on requests */
  readonly requestsPerTarget?: number;

  /** @default - no load balancer counts its requests */
  readonly balancer?: LoadBalancer;

  /** Times at which the limits change, by name. @default - the limits never change */
  readonly schedules?: Readonly<Record<string, ScalingSchedule>>;
}

export interface ScalingSchedule {
  readonly schedule: string;
  readonly timezone: string;
  readonly minTasks: number;
  readonly maxTasks: number;
}

/** Seconds: out at once, in only when the calm has lasted. */
const COOLDOWN = { out: 60, in: 300 };

/** How many tasks of a service run: as many as its load needs, within limits. */
export class ServiceScaling extends Construct {
  public constructor(scope: Construct, id: string, props: ServiceScalingProps) {
    super(scope, id);
    const target = new AppautoscalingTarget(this, 'Target', {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: `service/${props.clusterName}/${props.serviceName}`,
      minCapacity: props.minTasks,
      maxCapacity: props.maxTasks,
    });
    const where = {
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
    };
    const { balancer, requestsPerTarget } = props;
    const rows = [
      { id: 'Cpu', metric: 'ECSServiceAverageCPUUtilization', value: props.cpuPercent },
      { id: 'Memory', metric: 'ECSServiceAverageMemoryUtilization', value: props.memoryPercent },
      ...(balancer && requestsPerTarget !== undefined
        ? [
            {
              id: 'Requests',
              metric: 'ALBRequestCountPerTarget',
              value: requestsPerTarget,
              resourceLabel: `${balancer.metricNames.balancer}/${balancer.metricNames.targets}`,
            },
          ]
        : []),
    ];
    for (const { id: rowId, metric, value, ...label } of rows) {
      new AppautoscalingPolicy(this, rowId, {
        ...where,
        name: `${props.name}-${rowId.toLowerCase()}`,
        policyType: 'TargetTrackingScaling',
        targetTrackingScalingPolicyConfiguration: {
          targetValue: value,
          scaleInCooldown: COOLDOWN.in,
          scaleOutCooldown: COOLDOWN.out,
          predefinedMetricSpecification: { predefinedMetricType: metric, ...label },
        },
      });
    }
    for (const [name, schedule] of Object.entries(props.schedules ?? {})) {
      new AppautoscalingScheduledAction(this, `At${name}`, {
        ...where,
        name: `${props.name}-${name}`,
        schedule: schedule.schedule,
        timezone: schedule.timezone,
        scalableTargetAction: { minCapacity: String(schedule.minTasks), maxCapacity: String(schedule.maxTasks) },
      });
    }
  }
}
