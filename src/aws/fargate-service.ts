import { EcsService } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import { Construct } from 'constructs';
import type { Account } from './account';
import type { Cluster } from './cluster';
import { allowConnection, type Client, type Server } from './connections';
import { renderContainer, type Container, type LogConfiguration } from './container';
import { DeploymentAlarms } from './deployment-alarms';
import type { EncryptionKey } from './encryption-key';
import { execStatements } from './exec-access';
import type { LoadBalancer } from './load-balancer';
import { LogGroup } from './log-group';
import type { Subnets } from './network';
import type { Parameter } from './parameter';
import type { Repository } from './repository';
import { SecurityGroup } from './security-group';
import { ServiceScaling, type ScalingSchedule } from './service-scaling';
import { TaskRoles } from './task-roles';
import type { PrivateWay } from './vpc-endpoints';

export interface FargateServiceProps {
  readonly name: string;
  readonly account: Account;
  readonly cluster: Cluster;
  readonly subnets: Subnets;

  /** Where HTTPS goes. @default - anywhere: subnets with NAT */
  readonly privateWay?: PrivateWay;

  /** Where its own image comes from. @default - its images are public */
  readonly repository?: Repository;
  readonly logs: { readonly groupName: string; readonly retentionDays: number; readonly key: EncryptionKey };

  /** CPU units: 1024 are one vCPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly architecture: 'x86_64' | 'arm64';

  /** The container that does the work; behind a load balancer it must name a port. */
  readonly container: Container;

  /** Containers beside it: some prepare, some accompany. @default - the task has one container */
  readonly companions?: readonly Container[];

  /** The load balancer that forwards to it. @default - nobody connects to it */
  readonly behind?: LoadBalancer;

  /** Parameters that the application reads by itself, with the keys of `keyArns`. @default - none */
  readonly reads?: readonly Parameter[];

  /** ARNs of the keys that decrypt what it reads or is given. @default - none */
  readonly keyArns?: readonly string[];

  readonly tasks: { readonly min: number; readonly max: number; readonly desired: number };

  /** What autoscaling keeps near. @default - the number of tasks never changes by itself */
  readonly scaleOn?: {
    readonly cpuPercent: number;
    readonly memoryPercent: number;
    readonly requestsPerTarget?: number;
  };
  readonly schedules?: Readonly<Record<string, ScalingSchedule>>;

  /** Share of tasks on Fargate Spot, in percent. @default 0 */
  readonly spotPercent?: number;

  /** `safe` never serves with fewer tasks than desired; `quick` stops the old before the new serve. @default 'safe' */
  readonly rollout?: 'safe' | 'quick';

  /** Whether ECS Exec may open a shell in a task. @default 'off' */
  readonly exec?: 'off' | 'on';
}

const HTTPS = 443;

/** A service on Fargate: its tasks, their roles and logs, how many run, and how a release reaches them. */
export class FargateService extends Construct implements Server, Client {
  public readonly securityGroupId: string;
  private readonly main: Container;

  public constructor(scope: Construct, id: string, props: FargateServiceProps) {
    super(scope, id);
    this.main = props.container;
    const { container, companions = [], behind, reads = [], keyArns = [], exec = 'off', rollout = 'safe' } = props;
    if (behind && container.port === undefined) {
      throw new Error(
        `container.port must be set behind a load balancer, got none for ${JSON.stringify(container.name)}`,
      );
    }

    const containers = [container, ...companions];
    const logs = new LogGroup(this, 'Logs', {
      name: props.logs.groupName,
      retentionDays: props.logs.retentionDays,
      key: props.logs.key,
    });
    const roles = new TaskRoles(this, 'Roles', {
      name: props.name,
      account: props.account,
      repositoryArns: props.repository ? [props.repository.arn] : [],
      logs,
      injected: containers.flatMap(({ secrets = {} }) => Object.values(secrets)),
      readable: reads,
      keyArns,
      statements: exec === 'on' ? execStatements(props.cluster.execLogs, props.logs.key) : [],
    });
    const task = new EcsTaskDefinition(this, 'Task', {
      family: `${props.name}-task`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: String(props.cpu),
      memory: String(props.memoryMiB),
      runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: props.architecture.toUpperCase() },
      executionRoleArn: roles.executionRoleArn,
      taskRoleArn: roles.taskRoleArn,
      containerDefinitions: JSON.stringify(
        containers.map((each) =>
          renderContainer(exec === 'on' ? withShell(each) : each, this.awslogs(logs, props.account.region, each.name)),
        ),
      ),
      // The revision that serves stays valid until the new one does: a release that fails goes back to it.
      lifecycle: { createBeforeDestroy: true },
    });

    const group = new SecurityGroup(this, 'SecurityGroup', {
      name: props.name,
      vpcId: props.subnets.vpcId,
      description: `tasks of ${id}`,
    });
    allowHttps(group, props.privateWay);
    this.securityGroupId = group.groupId;
    if (behind) allowConnection(behind, `To${id}`, this);

    const alarms = behind && new DeploymentAlarms(this, 'Alarms', { name: props.name, balancer: behind });
    const service = new EcsService(this, 'Service', {
      name: props.name,
      cluster: props.cluster.arn,
      taskDefinition: task.arn,
      desiredCount: props.tasks.desired,
      capacityProviderStrategy: capacity(props.spotPercent ?? 0),
      platformVersion: '1.4.0',
      networkConfiguration: {
        subnets: props.subnets.subnetIds,
        securityGroups: [group.groupId],
        assignPublicIp: false,
      },
      availabilityZoneRebalancing: rollout === 'safe' ? 'ENABLED' : 'DISABLED',
      deploymentMinimumHealthyPercent: rollout === 'safe' ? 100 : 0,
      deploymentMaximumPercent: rollout === 'safe' ? 200 : 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      ...(alarms && { alarms: { enable: true, rollback: true, alarmNames: alarms.names } }),
      enableExecuteCommand: exec === 'on',
      enableEcsManagedTags: true,
      propagateTags: 'SERVICE',
      // Apply is done when the new tasks serve, not when ECS has noted the wish.
      waitForSteadyState: true,
      ...(behind && {
        healthCheckGracePeriodSeconds: 60,
        loadBalancer: [
          { targetGroupArn: behind.targetGroupArn, containerName: container.name, containerPort: this.port },
        ],
        dependsOn: [...behind.listeners],
      }),
      // Autoscaling decides from then on; each apply would reset it.
      lifecycle: { ignoreChanges: ['desired_count'] },
    });

    if (props.scaleOn) {
      new ServiceScaling(this, 'Scaling', {
        name: props.name,
        clusterName: props.cluster.name,
        serviceName: service.name,
        minTasks: props.tasks.min,
        maxTasks: props.tasks.max,
        ...props.scaleOn,
        ...(behind && { balancer: behind }),
        ...(props.schedules && { schedules: props.schedules }),
      });
    }
  }

  /**
   * Where it listens.
   *
   * @throws Error when its container names no port: a worker that nobody connects to
   */
  public get port(): number {
    const { name, port } = this.main;
    if (port === undefined) throw new Error(`container.port must be set to connect to it, got none for "${name}"`);
    return port;
  }

  /** Lets its tasks open connections to `server`. */
  public allowTo(id: string, server: Server): void {
    allowConnection(this, id, server);
  }

  private awslogs(logs: LogGroup, region: string, containerName: string): LogConfiguration {
    return {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': logs.name,
        'awslogs-region': region,
        'awslogs-stream-prefix': containerName,
        mode: 'non-blocking',
        'max-buffer-size': '4m',
      },
    };
  }
}

/** What every task needs: registry, parameters, logs, and telemetry where there is a way to it. */
function allowHttps(group: SecurityGroup, way: PrivateWay | undefined): void {
  if (!way) {
    // AWS publishes no narrower list for ECR, SSM and the rest, and Datadog's intake moves.
    group.allowToAnywhere('ToHttps', HTTPS, 'HTTPS: registry, parameters, logs, telemetry');
    return;
  }
  group.allowToGroup('ToEndpoints', HTTPS, way.securityGroupId, 'HTTPS: registry, parameters, logs');
  group.allowToPrefixList('ToS3', HTTPS, way.s3PrefixListId, 'HTTPS: layers of images');
}

/** The agent that opens a shell must write to the root. Source: AWS, "Amazon ECS Exec", 2026. */
function withShell(container: Container): Container {
  return { ...container, readonlyRootFilesystem: false };
}

/** How tasks are spread over Fargate and Fargate Spot; the first task is never on Spot unless all are. */
function capacity(spotPercent: number): { capacityProvider: string; weight: number; base: number }[] {
  return [
    ...(spotPercent < 100 ? [{ capacityProvider: 'FARGATE', weight: 100 - spotPercent, base: 1 }] : []),
    ...(spotPercent > 0 ? [{ capacityProvider: 'FARGATE_SPOT', weight: spotPercent, base: 0 }] : []),
  ];
}
