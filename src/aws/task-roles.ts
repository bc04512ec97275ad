import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import type { Account } from './account';
import type { LogGroup } from './log-group';
import type { Parameter } from './parameter';
import { policy, trustPolicy, type Statement } from './policy';

export interface TaskRolesProps {
  readonly name: string;
  readonly account: Account;

  /** ARNs of the repositories that ECS pulls from. */
  readonly repositoryArns: readonly string[];
  readonly logs: LogGroup;

  /** What ECS puts into containers when they start. */
  readonly injected: readonly Parameter[];

  /** What the application reads by itself. */
  readonly readable: readonly Parameter[];

  /** ARNs of the keys that decrypt either. */
  readonly keyArns: readonly string[];

  /** What else the task may do. @default - nothing */
  readonly statements?: readonly Statement[];
}

/** The role by which ECS starts a task and the role as which the task runs: each may do what it needs and nothing else. */
export class TaskRoles extends Construct {
  public readonly executionRoleArn: string;
  public readonly taskRoleArn: string;

  public constructor(scope: Construct, id: string, props: TaskRolesProps) {
    super(scope, id);
    const trust = trustPolicy('ecs-tasks.amazonaws.com', props.account.id);
    const execution = new IamRole(this, 'Execution', { name: `${props.name}-execution`, assumeRolePolicy: trust });
    const task = new IamRole(this, 'Task', { name: `${props.name}-task`, assumeRolePolicy: trust });

    new IamRolePolicy(this, 'StartPolicy', {
      name: 'start-task',
      role: execution.name,
      policy: policy([
        // AWS has no resource for it: a token belongs to the whole registry.
        { sid: 'RegistryToken', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
        ...(props.repositoryArns.length > 0
          ? [
              {
                sid: 'PullImages',
                actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
                resources: props.repositoryArns,
              },
            ]
          : []),
        {
          sid: 'WriteLogs',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${props.logs.arn}:*`],
        },
        ...read('Injected', props.injected, props.keyArns),
      ]),
    });
    const allowed = [...read('Own', props.readable, props.keyArns), ...(props.statements ?? [])];
    if (allowed.length > 0) {
      new IamRolePolicy(this, 'RunPolicy', { name: 'run-task', role: task.name, policy: policy(allowed) });
    }
    this.executionRoleArn = execution.arn;
    this.taskRoleArn = task.arn;
  }
}

function read(what: string, parameters: readonly Parameter[], keyArns: readonly string[]): Statement[] {
  if (parameters.length === 0) return [];
  return [
    {
      sid: `Read${what}Parameters`,
      actions: ['ssm:GetParameters'],
      resources: [...new Set(parameters.map(({ arn }) => arn))],
    },
    { sid: `Decrypt${what}Parameters`, actions: ['kms:Decrypt'], resources: keyArns },
  ];
}
