import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { Budget } from '../aws/budget';
import { DeployRole } from '../aws/deploy-role';
import { GithubIdentity } from '../aws/github-identity';
import { StateBucket } from '../aws/state-bucket';
import type { EnvironmentConfig } from '../config/environment';
import { addBackend, type StateStore } from '../state/backend';
import { emulated } from './environment-stack';

export interface StateStackProps {
  readonly project: string;

  /** The environments whose state the bucket holds; all in one account. */
  readonly environments: readonly [EnvironmentConfig, ...EnvironmentConfig[]];

  /** Its name. */
  readonly bucket: string;

  /** Where this stack's own state is: a file at first, the bucket from then on. */
  readonly store: StateStore;
}

/** Where the state of the `state` stack itself is kept. */
export function stateKeyOf(project: string): string {
  return `${project}/state.tfstate`;
}

/** What an account has once, before anything is deployed to it: the state bucket, the pipeline's roles, the budgets. */
export class StateStack extends TerraformStack {
  public constructor(scope: Construct, props: StateStackProps) {
    const { project, environments, bucket, store } = props;
    const [first] = environments;
    const account = { id: first.account, region: first.region };
    super(scope, `${project}-state`);
    addBackend(this, stateKeyOf(project), store);
    new AwsProvider(this, 'Aws', {
      region: account.region,
      allowedAccountIds: [account.id],
      defaultTags: [{ tags: { project, 'managed-by': 'cdktf' } }],
      ...(first.emulator && emulated(first.emulator.endpoint)),
    });

    const state = new StateBucket(this, 'State', { name: bucket, account });
    const pipelines = environments.flatMap(({ name, edge, deployment: { pipeline } }) =>
      pipeline.kind === 'github' ? [{ environment: name, domain: edge.domain?.name, ...pipeline }] : [],
    );
    if (pipelines.length > 0) {
      const provider = pipelines.some((row) => row.provider === 'create') ? 'create' : 'existing';
      const identity = new GithubIdentity(this, 'Github', { account, provider });
      for (const { environment, repository, domain } of pipelines) {
        new DeployRole(this, `${capitalized(environment)}Pipeline`, {
          ...{ project, environment, account, identity, repository },
          state: { bucketArn: state.arn, keyArn: state.keyArn },
          ...(domain !== undefined && { domain }),
        });
      }
    }
    for (const { name, deployment } of environments) {
      if (deployment.budget.kind === 'off') continue;
      new Budget(this, `${capitalized(name)}Budget`, {
        ...deployment.budget,
        name: `${project}-${name}`,
        tag: { key: 'environment', value: name },
      });
    }
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
