import { EcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster';
import { EcsClusterCapacityProviders } from '@cdktf/provider-aws/lib/ecs-cluster-capacity-providers';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key';
import { LogGroup } from './log-group';

export interface ClusterProps {
  readonly name: string;
  readonly containerInsights: 'enhanced' | 'enabled' | 'disabled';
  readonly logs: { readonly retentionDays: number; readonly key: EncryptionKey };

  /** The log group in which the shells of ECS Exec are recorded. */
  readonly execGroupName: string;
}

/** Where services run, and who keeps their figures. */
export class Cluster extends Construct {
  public readonly name: string;
  public readonly arn: string;

  /** The log group of ECS Exec, which a task that allows shells writes to. */
  public readonly execLogs: LogGroup;

  public constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    this.execLogs = new LogGroup(this, 'ExecLogs', { name: props.execGroupName, ...props.logs });
    // ECS makes this group itself, without retention or key, unless it exists first.
    const insights =
      props.containerInsights !== 'disabled' &&
      new LogGroup(this, 'InsightsLogs', {
        name: `/aws/ecs/containerinsights/${props.name}/performance`,
        ...props.logs,
      });
    const cluster = new EcsCluster(this, 'Cluster', {
      name: props.name,
      setting: [{ name: 'containerInsights', value: props.containerInsights }],
      configuration: {
        executeCommandConfiguration: {
          kmsKeyId: props.logs.key.arn,
          logging: 'OVERRIDE',
          logConfiguration: {
            cloudWatchEncryptionEnabled: true,
            cloudWatchLogGroupName: this.execLogs.name,
          },
        },
      },
      ...(insights && { dependsOn: [insights.resource] }),
    });
    new EcsClusterCapacityProviders(this, 'CapacityProviders', {
      clusterName: cluster.name,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }],
    });
    this.name = cluster.name;
    this.arn = cluster.arn;
  }
}
