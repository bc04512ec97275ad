import { AwsProvider, type AwsProviderConfig } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Account } from '../aws/account';
import type { EnvironmentConfig, StateConfig } from '../config/environment';
import type { Identity } from '../identity';
import { addBackend, type StateStore } from '../state/backend';

export interface EnvironmentStackProps {
  readonly config: EnvironmentConfig;
  readonly identity: Identity;
}

/** A stack of one environment: its state, and the AWS provider with the tags that every resource gets. */
export abstract class EnvironmentStack extends TerraformStack {
  protected readonly config: EnvironmentConfig;
  protected readonly identity: Identity;
  protected readonly account: Account;

  protected constructor(scope: Construct, id: string, { config, identity }: EnvironmentStackProps) {
    super(scope, identity.stackId(id));
    this.config = config;
    this.identity = identity;
    this.account = { id: config.account, region: config.region };
    addBackend(this, identity.stateKey(id), stateStore(config.state, config.emulator?.endpoint));
    new AwsProvider(this, 'Aws', {
      region: config.region,
      // Wrong credentials stop here, before anything is read or created.
      allowedAccountIds: [config.account],
      defaultTags: [{ tags: identity.tags }],
      ...(config.emulator && emulated(config.emulator.endpoint)),
    });
  }
}

function stateStore(state: StateConfig, endpoint: string | undefined): StateStore {
  return state.kind === 's3' && endpoint !== undefined ? { ...state, endpoint } : state;
}

/** The services whose endpoints the emulator takes over: all that the stacks use. */
const SERVICES = [
  'acm',
  'applicationautoscaling',
  'budgets',
  'cloudwatch',
  'cloudwatchlogs',
  'ec2',
  'ecr',
  'ecs',
  'elbv2',
  'iam',
  'kms',
  'rds',
  'route53',
  's3',
  'secretsmanager',
  'sns',
  'ssm',
  'sts',
  'wafv2',
];

/** What makes the AWS provider speak to an emulator at `endpoint`. */
export function emulated(endpoint: string): Partial<AwsProviderConfig> {
  return {
    accessKey: 'emulator',
    secretKey: 'emulator',
    endpoints: [Object.fromEntries(SERVICES.map((service) => [service, endpoint]))],
    // With the default of 25 one broken answer makes an apply look hung.
    maxRetries: 2,
    skipCredentialsValidation: true,
    skipMetadataApiCheck: 'true',
    s3UsePathStyle: true,
  };
}
