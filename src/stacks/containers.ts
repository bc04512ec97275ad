import type { Container, HealthCheck } from '../aws/container';
import type { DatabaseParameters } from '../aws/database';
import type { EnvironmentConfig } from '../config/environment';
import type { Identity } from '../identity';

interface Surroundings {
  readonly config: EnvironmentConfig;
  readonly identity: Identity;
  readonly image: string;
}

/** What the page needs to report to Datadog; both are public, they are in every page. */
export interface RumKeys {
  readonly applicationId: string;
  readonly clientToken: string;
  readonly site: string;
}

/** Writable places under a read-only root: MiB in memory. */
const TMP = { '/tmp': 64 };

/** The API: Flask on port 4000. It reads its database's address and password from SSM by itself. */
export function backendContainer({ config, identity, image }: Surroundings): Container {
  return {
    name: 'backend-container',
    image,
    port: 4000,
    tmpfs: TMP,
    healthCheck: answers(4000, config.services.backend.healthCheckSeconds),
    dependsOn: { [MIGRATION]: 'SUCCESS' },
    environment: {
      ...awsEnvironment(config),
      APP_ENV: identity.env,
      DATABASE_TLS: config.database.tls,
      DATABASE_POOL_SIZE: String(config.database.poolSize),
      TRUSTED_PROXIES: proxiesOf(config, config.edge.backend),
    },
  };
}

const MIGRATION = 'backend-migrate';

/** Brings schema and users up to date, then ends; the API waits for it. Only this container sees the master password. */
export function backendMigration(props: Surroundings & { readonly database: DatabaseParameters }): Container {
  const { config, identity, image, database } = props;
  return {
    name: MIGRATION,
    image,
    command: ['python', '-m', 'app.migrate'],
    essential: false,
    tmpfs: TMP,
    environment: {
      ...awsEnvironment(config),
      APP_ENV: identity.env,
      DATABASE_TLS: config.database.tls,
      // A raised number and another instance make a new revision, so the services roll: this container sets the passwords,
      // and the tasks read the new endpoint.
      PASSWORD_VERSION: String(config.database.passwordVersion),
      DATABASE_INSTANCE: identity.databaseInstance(config.database.serving),
    },
    secrets: {
      DATABASE_NAME: database.name,
      DATABASE_ENDPOINT: database.endpoint,
      DATABASE_USERNAME: database.username,
      DATABASE_PASSWORD: database.password,
      MASTER_USERNAME: database.masterUsername,
      MASTER_PASSWORD: database.masterPassword,
      MONITOR_USERNAME: database.monitorUsername,
      MONITOR_PASSWORD: database.monitorPassword,
    },
  };
}

/** The page: nginx on port 80 in front of gunicorn. */
export function frontendContainer(
  props: Surroundings & { readonly apiUrl: string; readonly rum?: RumKeys },
): Container {
  const { config, identity, image, apiUrl, rum } = props;
  return {
    name: 'frontend-container',
    image,
    port: 80,
    tmpfs: TMP,
    // nginx binds port 80 without root.
    keepCapabilities: ['NET_BIND_SERVICE'],
    healthCheck: answers(80, config.services.frontend.healthCheckSeconds),
    environment: {
      APP_ENV: identity.env,
      API_URL: apiUrl,
      TRUSTED_PROXIES: proxiesOf(config, 'public'),
      ...(rum && {
        RUM_APPLICATION_ID: rum.applicationId,
        RUM_CLIENT_TOKEN: rum.clientToken,
        RUM_SITE: rum.site,
        RUM_SERVICE: 'cloudpe',
      }),
    },
  };
}

/** The addresses from which `X-Forwarded-…` headers are believed: those of the load balancer. */
function proxiesOf(config: EnvironmentConfig, reach: 'public' | 'internal'): string {
  if (config.emulator) return config.emulator.proxies.join(',');
  return config.network.zones.map((zone) => (reach === 'public' ? zone.publicCidr : zone.privateCidr)).join(',');
}

function awsEnvironment(config: EnvironmentConfig): Record<string, string> {
  return { AWS_REGION: config.region, ...(config.emulator && { AWS_ENDPOINT_URL: config.emulator.endpointForTasks }) };
}

/** Slim images have no curl; Python is there anyway. */
function answers(port: number, intervalSeconds: number): HealthCheck {
  return {
    command: [
      'CMD',
      'python',
      '-c',
      `import urllib.request as u;u.urlopen('http://127.0.0.1:${port}/health',timeout=2)`,
    ],
    intervalSeconds,
    timeoutSeconds: 5,
    retries: 3,
    startPeriodSeconds: 30,
  };
}
