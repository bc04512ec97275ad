import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import { Certificate } from '../aws/certificate';
import { Cluster } from '../aws/cluster';
import type { Container } from '../aws/container';
import { FargateService, type FargateServiceProps } from '../aws/fargate-service';
import { Firewall } from '../aws/firewall';
import { LoadBalancer } from '../aws/load-balancer';
import { mysqlCollector } from '../datadog/mysql-collector';
import type { LocalImage } from '../images/image-tag';
import { backendContainer, backendMigration, frontendContainer, type RumKeys } from './containers';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import type { FoundationStack } from './foundation';
import { watching } from './watching';

export interface ApplicationStackProps extends EnvironmentStackProps {
  readonly foundation: FoundationStack;

  /** By service. */
  readonly images: Readonly<Record<string, LocalImage>>;

  /** What Datadog and `/version` show. */
  readonly version: string;

  /** @default - pages report to nobody */
  readonly rum?: RumKeys;
}

/** What a service adds to its row in `environments.ts`. */
export interface ServiceSpec extends Pick<FargateServiceProps, 'behind' | 'reads' | 'keyArns'> {
  readonly container: Container;

  /** @default - none but what watches it */
  readonly companions?: readonly Container[];
}

/** What every release replaces: the services, and the balancers in front of them. */
export class ApplicationStack extends EnvironmentStack {
  private readonly cluster: Cluster;

  public constructor(
    scope: Construct,
    private readonly props: ApplicationStackProps,
  ) {
    super(scope, 'application', props);
    const { config, identity } = this;
    const { foundation, rum } = props;
    const { database, keys } = foundation;

    this.cluster = new Cluster(this, 'Cluster', {
      name: identity.clusterName,
      containerInsights: config.cluster.containerInsights,
      execGroupName: `/ecs/${identity.name()}/exec`,
      logs: { retentionDays: config.logs.retentionDays, key: keys.logs },
    });

    const backendEntry = this.balancer('backend', { port: 4000, targetPort: 4000, reach: config.edge.backend });
    const { username, password, name, endpoint } = database.parameters;
    const backend = this.service('backend', {
      behind: backendEntry,
      container: backendContainer({ config, identity, image: this.imageOf('backend') }),
      companions: [
        backendMigration({ config, identity, image: this.imageOf('backend'), database: database.parameters }),
      ],
      reads: [name, endpoint, username, password],
      keyArns: [keys.data.arn],
    });
    backend.allowTo('ToDatabase', database);

    this.watchDatabase();

    const certificate =
      config.edge.domain &&
      new Certificate(this, 'Certificate', { domainName: config.edge.domain.name, zoneName: config.edge.domain.zone });
    const frontendEntry = this.balancer('frontend', {
      port: 80,
      targetPort: 80,
      reach: 'public',
      ...(certificate && { certificateArn: certificate.arn }),
    });
    certificate?.pointAt(frontendEntry);
    const frontend = this.service('frontend', {
      behind: frontendEntry,
      container: frontendContainer({
        config,
        identity,
        image: this.imageOf('frontend'),
        apiUrl: backendEntry.url,
        ...(rum && { rum }),
      }),
    });
    frontend.allowTo('ToBackend', backendEntry);

    if (config.edge.firewall.kind === 'waf') {
      new Firewall(this, 'Firewall', {
        ...config.edge.firewall,
        name: identity.name('frontend'),
        balancer: frontendEntry,
        logs: { retentionDays: config.logs.retentionDays, key: keys.logs },
      });
    }
    this.output('url', config.edge.domain ? `https://${config.edge.domain.name}` : frontendEntry.url);
    this.output('backend_url', backendEntry.url);
    this.output('cluster', this.cluster.name);
  }

  /**
   * The Fargate service of one row of `environments.ts`, with what watches it beside it.
   *
   * A new service is one row there, one folder under `images/`, and one call of this.
   */
  protected service(tier: string, { container, companions = [], keyArns = [], ...spec }: ServiceSpec): FargateService {
    const { config, identity, account } = this;
    const { foundation, version } = this.props;
    const row = config.services[tier];
    const repository = foundation.repositories[tier];
    if (!row || !repository) throw new Error(`services must have the row ${tier}`);
    const watched = watching(config.datadog, identity.service(tier, version), identity.tags, foundation.datadogApiKey);
    const { tasks, scaleOn, schedules, cpu, memoryMiB, architecture, spotPercent, rollout, exec } = row;
    return new FargateService(this, capitalized(tier), {
      ...spec,
      ...{ tasks, scaleOn, schedules, cpu, memoryMiB, architecture, spotPercent, rollout, exec },
      name: identity.name(tier),
      account,
      cluster: this.cluster,
      subnets: foundation.network.privateSubnets,
      ...(foundation.privateWay && { privateWay: foundation.privateWay }),
      repository,
      logs: {
        groupName: `/ecs/${identity.name()}/${container.name}`,
        retentionDays: config.logs.retentionDays,
        key: foundation.keys.logs,
      },
      container: watched.main(container),
      companions: [...companions.map((each) => watched.other(each)), ...watched.sidecars],
      keyArns: [...new Set([...keyArns, ...watched.keyArns])],
    });
  }

  /** The collector of MySQL's figures, where the environment has one: a task of its own, because two would count twice. */
  private watchDatabase(): void {
    const { config, identity, account } = this;
    const { foundation } = this.props;
    const { datadog } = config;
    const { datadogApiKey, database, keys, network } = foundation;
    if (datadog.kind !== 'agent' || datadog.mysql === 'off' || !datadogApiKey) return;
    const collector = new FargateService(this, 'MysqlCollector', {
      name: identity.name('mysql-collector'),
      account,
      cluster: this.cluster,
      subnets: network.privateSubnets,
      logs: {
        groupName: `/ecs/${identity.name()}/mysql-collector`,
        retentionDays: config.logs.retentionDays,
        key: keys.logs,
      },
      cpu: 256,
      memoryMiB: 512,
      architecture: config.services.backend.architecture,
      container: mysqlCollector({
        site: datadog.site,
        apiKey: datadogApiKey.parameter,
        env: identity.env,
        region: config.region,
        host: database.host,
        identifier: database.identifier,
        username: database.parameters.monitorUsername,
        password: database.parameters.monitorPassword,
        databaseMonitoring: datadog.mysql === 'database-monitoring',
      }),
      keyArns: [keys.data.arn],
      tasks: { min: 1, max: 1, desired: 1 },
      rollout: 'quick',
    });
    collector.allowTo('ToDatabase', database);
  }

  private balancer(
    tier: string,
    props: Pick<ConstructorParameters<typeof LoadBalancer>[2], 'port' | 'targetPort' | 'reach' | 'certificateArn'>,
  ): LoadBalancer {
    const { config, identity } = this;
    const { network, accessLogs } = this.props.foundation;
    return new LoadBalancer(this, `${capitalized(tier)}Balancer`, {
      ...props,
      name: identity.shortName(32, tier),
      subnets: props.reach === 'public' ? network.publicSubnets : network.privateSubnets,
      healthCheckPath: '/health',
      healthCheckSeconds: config.services[tier]?.healthCheckSeconds,
      deletionProtection: config.edge.deletionProtection,
      ...(accessLogs && { accessLogs }),
    });
  }

  protected imageOf(tier: string): string {
    const { foundation, images } = this.props;
    const [repository, image] = [foundation.repositories[tier], images[tier]];
    if (!repository || !image) throw new Error(`services must have the row ${tier}`);
    return `${repository.url}:${image.tag}`;
  }

  private output(name: string, value: string): void {
    new TerraformOutput(this, name, { value, staticId: true });
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
