import type { Container } from '../aws/container';
import type { EncryptionKey } from '../aws/encryption-key';
import type { Parameter } from '../aws/parameter';
import type { DatadogConfig } from '../config/datadog';
import { DatadogAgent, type Sidecar } from '../datadog/agent';
import { LogRouter } from '../datadog/log-router';
import { TestAgent } from '../datadog/test-agent';
import { tracerTags } from '../datadog/unified-tags';
import type { ServiceIdentity } from '../identity';

/** How the task of one service is watched from within. */
export interface Watching {
  /** What runs beside the service. */
  readonly sidecars: readonly Container[];

  /** The container that does the work, reporting to the sidecar. */
  main(container: Container): Container;

  /** Any other container, with the tags by which its figures are found. */
  other(container: Container): Container;

  /** ARNs of the keys that decrypt what the sidecars are given. */
  readonly keyArns: readonly string[];
}

/** The key that lets an agent report, and what decrypts it. */
export interface ApiKey {
  readonly parameter: Parameter;
  readonly key: EncryptionKey;
}

/** Decides, here and nowhere else, who watches a task: Datadog's agent, its test agent, or nobody. */
export function watching(
  datadog: DatadogConfig,
  service: ServiceIdentity,
  tags: Readonly<Record<string, string>>,
  apiKey: ApiKey | undefined,
): Watching {
  switch (datadog.kind) {
    case 'off':
      return nobody(service);
    case 'test-agent':
      return by(new TestAgent({ service }), []);
    case 'agent-only':
    case 'agent': {
      const { site } = datadog;
      const { parameter, key } = given(apiKey);
      const agent = new DatadogAgent({
        site,
        service,
        tags,
        apiKey: parameter,
        databaseMonitoring: datadog.kind === 'agent' && datadog.mysql === 'database-monitoring',
      });
      const watched = by(agent, [key.arn]);
      if (datadog.kind === 'agent-only' || datadog.logs === 'cloudwatch') return watched;
      const router = new LogRouter({ site, service, apiKey: parameter });
      return {
        ...watched,
        sidecars: [...watched.sidecars, router.container],
        main: (container) => router.route(watched.main(container), 'python'),
      };
    }
  }
}

function given(apiKey: ApiKey | undefined): ApiKey {
  if (!apiKey) throw new Error('datadog.apiKeyVersion must come with a parameter that holds the key, got none');
  return apiKey;
}

function by(sidecar: Sidecar, keyArns: readonly string[]): Watching {
  return {
    sidecars: [sidecar.container],
    main: (container) => sidecar.instrument(container),
    other: (container) => sidecar.label(container),
    keyArns,
  };
}

/** The tracer stays out of the process; the version is still told. */
function nobody(service: ServiceIdentity): Watching {
  return {
    sidecars: [],
    main: (container) => ({
      ...container,
      environment: { ...container.environment, ...tracerTags(service), DD_TRACE_ENABLED: 'false' },
    }),
    other: (container) => container,
    keyArns: [],
  };
}
