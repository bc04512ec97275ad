import type { Container } from '../aws/container';
import type { Parameter } from '../aws/parameter';
import type { ServiceIdentity } from '../identity';
import { agentHealth, agentImage, agentProcess } from './agent';
import { canonicalJson } from './canonical-json';
import { refuse } from './problems';
import { siteProblems } from './site';
import { labelTags, staticTags } from './unified-tags';
import { databaseService } from './watched';

export interface MysqlCollectorProps {
  readonly site: string;
  readonly apiKey: Parameter;
  readonly env: string;
  readonly region: string;

  /** The instance itself, never a proxy or a balancer: its host name. */
  readonly host: string;
  /** @default 3306 */
  readonly port?: number;
  /** The RDS instance, as `dbinstanceidentifier` names it. */
  readonly identifier: string;

  /** The monitoring user, in SSM. */
  readonly username: Parameter;
  readonly password: Parameter;

  /**
   * Whether statements are sampled and explained; Datadog bills it per database.
   *
   * @default false
   */
  readonly databaseMonitoring?: boolean;

  /**
   * A file of certificate authorities inside the image, against which the database's certificate is verified.
   *
   * @default - the connection is encrypted, and whose certificate it is remains unchecked: the image has no RDS bundle
   */
  readonly certificateAuthorities?: string;

  /** @default - the version that the sidecar uses */
  readonly image?: string;
}

/**
 * The agent that watches MySQL, alone in a service of one task: a check in every sidecar would count everything N times.
 *
 * Run it with minimum healthy 0 % and maximum 100 %, so that two never overlap.
 */
export function mysqlCollector(props: MysqlCollectorProps): Container {
  refuse(siteProblems('site', props.site));
  const { env, databaseMonitoring = false } = props;
  const service: ServiceIdentity = { env, service: databaseService };
  return {
    name: 'datadog-agent',
    image: props.image ?? agentImage,
    essential: true,
    memoryReservationMiB: 256,
    environment: {
      ECS_FARGATE: 'true',
      DD_SITE: props.site,
      DD_ENV: env,
      DD_SERVICE: databaseService,
      DD_TAGS: staticTags({ env }),
      DD_APM_ENABLED: 'false',
      DD_USE_DOGSTATSD: 'false',
      // Database Monitoring files what it sees under a host; Fargate has none.
      ...(databaseMonitoring && { DD_HOSTNAME: props.identifier }),
    },
    secrets: { DD_API_KEY: props.apiKey, DD_MYSQL_USERNAME: props.username, DD_MYSQL_PASSWORD: props.password },
    dockerLabels: { ...labelTags(service), 'com.datadoghq.ad.checks': canonicalJson(mysqlCheck(props)) },
    healthCheck: agentHealth,
    ...agentProcess,
  };
}

/** Variables such as `DD_MYSQL_SERVER` configure nothing: a check comes from a label, which may name variables. */
function mysqlCheck(props: MysqlCollectorProps): object {
  const { host, port = 3306, region, env, identifier, databaseMonitoring = false, certificateAuthorities } = props;
  return {
    mysql: {
      // Otherwise every metric of the database would say that it comes from the container of the agent.
      ignore_autodiscovery_tags: true,
      init_config: {},
      instances: [
        {
          host,
          port,
          username: '%%env_DD_MYSQL_USERNAME%%',
          password: '%%env_DD_MYSQL_PASSWORD%%',
          ssl: certificateAuthorities === undefined ? { check_hostname: false } : { ca: certificateAuthorities },
          dbm: databaseMonitoring,
          aws: { instance_endpoint: host, region },
          options: { extra_status_metrics: true, extra_innodb_metrics: true },
          tags: [`dbinstanceidentifier:${identifier}`, `env:${env}`, `service:${databaseService}`],
        },
      ],
    },
  };
}
