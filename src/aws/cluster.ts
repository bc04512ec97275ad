import { EcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster';
import { EcsClusterCapacityProviders } from '@cdktf/provider-aws/lib/ecs-cluster-capacity-providers';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key';
import { LogGroup } from './log-group';

export interface ClusterProps {
  readonly name: string;
  readonly containerInsights: 'enhanced' | 'enabled' | 'disabled';

  /** Where the shells of ECS Exec are recorded. */
  readonly execLogs: { readonly groupName: string; readonly retentionDays: number; readonly key: EncryptionKey };
}

/** Where services run. */
export class Cluster extends Construct {
  public readonly name: string;
  public readonly arn: string;

  /** The log group of ECS Exec, which a task that allows shells writes to. */
  public readonly execLogs: LogGroup;

  public constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    this.execLogs = new LogGroup(this, 'ExecLogs', {
      name: props.execLogs.groupName,
      retentionDays: props.execLogs.retentionDays,
      key: props.execLogs.key,
    });
    const cluster = new EcsCluster(this, 'Cluster', {
      name: props.name,
      setting: [{ name: 'containerInsights', value: props.containerInsights }],
      configuration: {
        executeCommandConfiguration: {
          kmsKeyId: props.execLogs.key.arn,
          logging: 'OVERRIDE',
          logConfiguration: {
            cloudWatchEncryptionEnabled: true,
            cloudWatchLogGroupName: this.execLogs.name,
          },
        },
      },
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
