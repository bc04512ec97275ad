import type { Construct } from 'constructs';
import { Database } from '../aws/database';
import { EncryptionKey } from '../aws/encryption-key';
import { FlowLogs } from '../aws/flow-logs';
import { LogBucket } from '../aws/log-bucket';
import { Network } from '../aws/network';
import { Repository } from '../aws/repository';
import { SecretParameter } from '../aws/secret-parameter';
import { secretVariable } from '../aws/secret-variable';
import { VpcEndpoints, type PrivateWay } from '../aws/vpc-endpoints';
import { reports } from '../config/datadog';
import type { ApiKey } from './watching';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';

/** What outlives releases: the network, the data, the registry and the keys. */
export class FoundationStack extends EnvironmentStack {
  public readonly keys: { readonly data: EncryptionKey; readonly logs: EncryptionKey };
  public readonly network: Network;
  public readonly database: Database;

  /** The only way out of the private subnets, where they have no NAT. */
  public readonly privateWay: PrivateWay | undefined;

  /** One a service, by the service's name. */
  public readonly repositories: Readonly<Record<string, Repository>>;

  /** Where load balancers write their access logs. */
  public readonly accessLogs: LogBucket | undefined;

  /** What lets agents report, where Datadog watches. */
  public readonly datadogApiKey: ApiKey | undefined;

  public constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, 'foundation', props);
    const { config, identity, account } = this;
    this.keys = this.encryptionKeys();

    this.network = new Network(this, 'Network', { name: identity.name(), ...config.network });
    const endpoints = new VpcEndpoints(this, 'Endpoints', {
      name: identity.name(),
      region: config.region,
      network: this.network,
      interfaces: config.network.endpoints,
    });
    this.privateWay = config.network.nat === 'none' ? endpoints.way : undefined;
    if (config.network.flowLogs !== 'off') {
      new FlowLogs(this, 'FlowLogs', {
        name: identity.name(),
        vpcId: this.network.vpcId,
        account,
        traffic: config.network.flowLogs,
        groupName: `/vpc/${identity.name('flow-logs')}`,
        retentionDays: config.logs.retentionDays,
        key: this.keys.logs,
      });
    }
    this.accessLogs = this.accessLogBucket();

    this.repositories = Object.fromEntries(
      Object.keys(config.services).map((service) => [
        service,
        new Repository(this, `${capitalized(service)}Repository`, {
          name: `${identity.name()}/pe/${service}`,
          key: this.keys.data,
          forceDelete: !config.database.deletionProtection,
        }),
      ]),
    );
    this.database = new Database(this, 'Database', {
      ...config.database,
      name: identity.name('database'),
      identifierOf: (instance) => identity.databaseInstance(instance),
      account,
      subnets: this.network.privateSubnets,
      key: this.keys.data,
      logsKey: this.keys.logs,
      logsRetentionDays: config.logs.retentionDays,
      path: (...parts) => identity.path('database', ...parts),
    });
    this.datadogApiKey = this.apiKey();
  }

  private apiKey(): ApiKey | undefined {
    const { config, identity, keys } = this;
    if (!reports(config.datadog)) return undefined;
    const parameter = new SecretParameter(this, 'DatadogApiKey', {
      name: identity.path('datadog', 'api-key'),
      description: 'lets the agents report to Datadog',
      key: keys.data,
      version: config.datadog.apiKeyVersion,
      value: secretVariable(this, 'datadog_api_key', 'the value of DD_API_KEY'),
    });
    return { parameter, key: keys.data };
  }

  private encryptionKeys(): FoundationStack['keys'] {
    const { account, config, identity } = this;
    const preventDestroy = config.database.deletionProtection;
    return {
      data: new EncryptionKey(this, 'DataKey', {
        name: identity.name('data'),
        description: `${identity.name()}: database, parameters, images`,
        account,
        preventDestroy,
      }),
      logs: new EncryptionKey(this, 'LogsKey', {
        name: identity.name('logs'),
        description: `${identity.name()}: log groups`,
        account,
        preventDestroy,
        statements: [EncryptionKey.forLogs(account, `*${identity.name()}`)],
      }),
    };
  }

  private accessLogBucket(): LogBucket | undefined {
    const { account, config, identity } = this;
    const { accessLogs } = config.edge;
    if (accessLogs.kind === 'off') return undefined;
    return new LogBucket(this, 'AccessLogs', {
      name: identity.name('access-logs', account.id),
      account,
      retentionDays: accessLogs.retentionDays,
      forceDestroy: !config.edge.deletionProtection,
    });
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
