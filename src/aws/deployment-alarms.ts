import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import type { LoadBalancer } from './load-balancer';

export interface DeploymentAlarmsProps {
  readonly name: string;
  readonly balancer: LoadBalancer;
}

interface Alarm {
  readonly id: string;
  readonly metricName: string;
  readonly statistic?: 'Sum' | 'Maximum';
  readonly extendedStatistic?: 'p95';
  readonly threshold: number;
  readonly description: string;
}

const ALARMS: readonly Alarm[] = [
  {
    id: 'ServerErrors',
    metricName: 'HTTPCode_Target_5XX_Count',
    statistic: 'Sum',
    threshold: 10,
    description: 'more than 10 answers 5xx from tasks within a minute, twice in a row',
  },
  {
    id: 'UnhealthyHosts',
    metricName: 'UnHealthyHostCount',
    statistic: 'Maximum',
    threshold: 0,
    description: 'a task failed its health check for two minutes',
  },
  {
    id: 'Latency',
    metricName: 'TargetResponseTime',
    extendedStatistic: 'p95',
    threshold: 2,
    description: 'the 95th percentile of response times is above 2 s for two minutes',
  },
];

/** The alarms by which ECS takes a release back. */
export class DeploymentAlarms extends Construct {
  public readonly names: string[];

  public constructor(scope: Construct, id: string, props: DeploymentAlarmsProps) {
    super(scope, id);
    const { balancer, targets } = props.balancer.metricNames;
    this.names = ALARMS.map((alarm) => {
      const name = `${props.name}-${alarm.id.replace(/(?<=.)([A-Z])/g, '-$1').toLowerCase()}`;
      return new CloudwatchMetricAlarm(this, alarm.id, {
        alarmName: name,
        alarmDescription: `Takes a release back: ${alarm.description}`,
        namespace: 'AWS/ApplicationELB',
        metricName: alarm.metricName,
        ...(alarm.statistic && { statistic: alarm.statistic }),
        ...(alarm.extendedStatistic && { extendedStatistic: alarm.extendedStatistic }),
        dimensions: { LoadBalancer: balancer, TargetGroup: targets },
        period: 60,
        evaluationPeriods: 2,
        comparisonOperator: 'GreaterThanThreshold',
        threshold: alarm.threshold,
        treatMissingData: 'notBreaching',
      }).alarmName;
    });
  }
}
