import type { Container, DependencyCondition } from '../aws/container';
import type { Parameter } from '../aws/parameter';
import type { ServiceIdentity } from '../identity';
import { refuse } from './problems';
import { siteProblems } from './site';
import { labelTags, staticTags, tracerTags } from './unified-tags';

/** Pinned to the patch: `latest` has leaked memory before (DataDog/datadog-agent#29319). */
export const agentImage = 'public.ecr.aws/datadog/agent:7.84.6';

/** A container beside the application's, and what the others need so that it hears them. */
export interface Sidecar {
  readonly container: Container;

  /** `container` as it must be to send traces, metrics and logs that meet under one service. */
  instrument(container: Container): Container;

  /** `container` with the labels alone: for one that sends no traces. */
  label(container: Container): Container;
}

export interface DatadogAgentProps {
  readonly site: string;
  readonly apiKey: Parameter;
  /** Whose task it stands in. */
  readonly service: ServiceIdentity;

  /**
   * What the agent adds to everything it sends, beside `env`.
   *
   * @default - nothing
   */
  readonly tags?: Readonly<Record<string, string>>;

  /**
   * Whether SQL carries a comment that joins a trace and the statement in Database Monitoring.
   *
   * @default false
   */
  readonly databaseMonitoring?: boolean;

  /** @default - the version that this file pins */
  readonly image?: string;
}

/**
 * The Datadog agent as a Fargate sidecar. A value, not a construct: it creates nothing.
 *
 * Traces and metrics come over the loopback interface, which all containers of a Fargate task share. A Unix socket would
 * need a volume that root and our own user both write to, and buys nothing at this traffic.
 */
export class DatadogAgent implements Sidecar {
  public readonly container: Container;

  public constructor(private readonly props: DatadogAgentProps) {
    refuse(siteProblems('site', props.site));
    const { site, apiKey, service, tags = {}, image = agentImage } = props;
    this.container = {
      name: 'datadog-agent',
      image,
      essential: false,
      // A sixteenth of a vCPU, and memory that it may exceed: a hard limit of 256 MiB is where agents get killed.
      cpu: 64,
      memoryReservationMiB: 256,
      ports: [
        { port: 8125, protocol: 'udp' },
        { port: 8126, protocol: 'tcp' },
      ],
      environment: {
        ECS_FARGATE: 'true',
        DD_SITE: site,
        ...tracerTags(service),
        DD_TAGS: staticTags({ ...tags, env: service.env }),
        DD_APM_ENABLED: 'true',
        DD_APM_IGNORE_RESOURCES: 'GET /health,GET /ready',
        DD_USE_DOGSTATSD: 'true',
        DD_DOGSTATSD_ORIGIN_DETECTION: 'true',
        DD_DOGSTATSD_ORIGIN_DETECTION_CLIENT: 'true',
        DD_DOGSTATSD_TAG_CARDINALITY: 'orchestrator',
        DD_ECS_TASK_COLLECTION_ENABLED: 'true',
      },
      secrets: { DD_API_KEY: apiKey },
      dockerLabels: labelTags(service),
      healthCheck: agentHealth,
      ...agentProcess,
    };
  }

  public instrument(container: Container): Container {
    const { service, databaseMonitoring = false } = this.props;
    // Healthy, so that no span is lost at start.
    return instrumented(
      container,
      service,
      { [this.container.name]: 'HEALTHY' },
      {
        ...(databaseMonitoring && { DD_DBM_PROPAGATION_MODE: 'full' }),
      },
    );
  }

  public label(container: Container): Container {
    return labelled(container, this.props.service);
  }
}

/** The image's own script: it asks every component of the agent. */
export const agentHealth = {
  command: ['CMD-SHELL', '/probe.sh'],
  intervalSeconds: 15,
  timeoutSeconds: 5,
  retries: 3,
  startPeriodSeconds: 60,
} as const;

/** How the agent's image runs: as root, and it writes its configuration at start. */
export const agentProcess = {
  readonlyRootFilesystem: false,
  keepCapabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'],
  // Longer than the application's: the last spans come while it stops.
  stopTimeoutSeconds: 60,
} as const;

/** When a container starts: the agent by its name, and what must be true of it. */
export type AfterAgent = Readonly<Record<string, DependencyCondition>>;

/** `container` with tags for its tracer and for the agent; what it says itself about tracing stays, but for the tags. */
export function instrumented(
  container: Container,
  service: ServiceIdentity,
  after: AfterAgent,
  more: Readonly<Record<string, string>> = {},
): Container {
  return {
    ...labelled(container, service),
    environment: {
      DD_TRACE_ENABLED: 'true',
      DD_LOGS_INJECTION: 'true',
      DD_RUNTIME_METRICS_ENABLED: 'true',
      // Its poller makes every stop 1.5 s longer.
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      ...more,
      ...container.environment,
      ...tracerTags(service),
    },
    // Being no essential container, the agent may die later without harm; and because ECS stops in the opposite order,
    // it hears the last spans.
    dependsOn: { ...container.dependsOn, ...after },
  };
}

export function labelled(container: Container, service: ServiceIdentity): Container {
  return { ...container, dockerLabels: { ...container.dockerLabels, ...labelTags(service) } };
}
