import type { Container } from '../aws/container';
import type { EncryptionKey } from '../aws/encryption-key';
import type { EnvironmentConfig } from '../config/environment';
import type { Identity, ServiceIdentity } from '../identity';
import type { Construct } from 'constructs';

/** What watches a task from within: decided here, once, from the environment's `datadog`. */
export interface Sidecar {
  /** The main container of a service, reporting to the sidecar. */
  watch(container: Container, service: ServiceIdentity): Container;

  /** Any other container of the task, so that its figures carry the same tags. */
  label(container: Container, service: ServiceIdentity): Container;

  /** What runs beside the service. */
  containers(service: ServiceIdentity): Container[];

  /** ARNs of the keys that decrypt what it is given. */
  readonly keyArns: readonly string[];
}

export interface SidecarProps {
  readonly config: EnvironmentConfig;
  readonly identity: Identity;
  readonly version: string;
  readonly dataKey: EncryptionKey;
}

/** Nobody watches: the tracer stays out of the process. */
const nobody: Sidecar = {
  watch: (container, service) => ({
    ...container,
    environment: {
      ...container.environment,
      DD_ENV: service.env,
      DD_SERVICE: service.service,
      ...(service.version !== undefined && { DD_VERSION: service.version }),
      DD_TRACE_ENABLED: 'false',
    },
  }),
  label: (container) => container,
  containers: () => [],
  keyArns: [],
};

export function sidecarOf(scope: Construct, { config, dataKey }: SidecarProps): Sidecar {
  void scope;
  void dataKey;
  switch (config.datadog.kind) {
    case 'off':
    case 'test-agent':
    case 'agent':
      return nobody;
  }
}
