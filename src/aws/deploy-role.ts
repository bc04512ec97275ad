import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Construct } from 'constructs';
import type { Account } from './account';
import { deployRights, planRights } from './deploy-rights';
import type { GithubIdentity } from './github-identity';
import { policy, type Statement } from './policy';

export interface DeployRoleProps {
  readonly project: string;
  readonly environment: string;
  readonly account: Account;
  readonly identity: GithubIdentity;

  /** `owner/name` */
  readonly repository: string;
  readonly state: { readonly bucketArn: string; readonly keyArn: string };

  /** The domain whose records are written. @default - none */
  readonly domain?: string;
}

/** IAM paths that no name of an environment begins with, so a deployment can never change what holds it. */
const PATH = '/pipeline/';

/** The ARN of the policy that bounds every role which a deployment of `environment` makes. */
export function boundaryArn(account: Account, project: string, environment: string): string {
  return `arn:aws:iam::${account.id}:policy${PATH}${boundaryName(project, environment)}`;
}

/**
 * The two roles by which a pipeline on GitHub works on one environment, without a key: `deploy`, for jobs of the GitHub
 * environment called like ours, and `plan`, which may only read, for jobs of the GitHub environment `<ours>-plan`.
 */
export class DeployRole extends Construct {
  public constructor(scope: Construct, id: string, props: DeployRoleProps) {
    super(scope, id);
    const { project, environment, account } = props;
    const boundary = this.policy('Boundary', boundaryName(project, environment), taskBoundary());
    const rights = { ...props, boundaryArn: boundaryArn(account, project, environment) };

    const plan = this.policy('PlanRights', `${project}-${environment}-plan`, planRights(rights));
    const { data, compute } = deployRights(rights);
    const deploy = [
      this.policy('DataRights', `${project}-${environment}-deploy-data`, data),
      this.policy('ComputeRights', `${project}-${environment}-deploy-compute`, compute),
    ];
    this.role('Plan', props, `${environment}-plan`, `${project}-${environment}-plan`, [plan]);
    this.role('Deploy', props, environment, `${project}-${environment}-deploy`, [plan, ...deploy]);
    // The boundary exists before any deployment needs it.
    deploy.forEach((each) => {
      each.node.addDependency(boundary);
    });
  }

  private policy(id: string, name: string, statements: readonly Statement[]): IamPolicy {
    return new IamPolicy(this, id, { name, path: PATH, policy: policy(statements) });
  }

  private role(
    id: string,
    { identity, repository }: DeployRoleProps,
    githubEnvironment: string,
    name: string,
    policies: readonly IamPolicy[],
  ): void {
    const role = new IamRole(this, id, {
      name,
      path: PATH,
      // A deployment waits for a database and for services: 15 to 40 minutes.
      maxSessionDuration: 2 * 60 * 60,
      assumeRolePolicy: identity.trust(repository, githubEnvironment),
    });
    policies.forEach((each, index) => {
      new IamRolePolicyAttachment(this, `${id}Has${index}`, { role: role.name, policyArn: each.arn });
    });
  }
}

function boundaryName(project: string, environment: string): string {
  return `${project}-${environment}-boundary`;
}

/** The most that a role made by a deployment may ever do, whatever its own policy says: what tasks need. */
function taskBoundary(): Statement[] {
  return [
    {
      sid: 'WhatTasksDo',
      actions: [
        ...['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetAuthorizationToken'],
        ...['ecr:GetDownloadUrlForLayer', 'ecs:DescribeTasks', 'ecs:ListClusters', 'ecs:ListContainerInstances'],
        ...['kms:Decrypt', 'kms:GenerateDataKey', 'logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:Describe*'],
        ...['logs:PutLogEvents', 'logs:PutRetentionPolicy', 'rds:Describe*', 'ssm:GetParameter*', 'ssmmessages:*'],
      ],
      resources: ['*'],
    },
  ];
}
