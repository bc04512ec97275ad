import type { Container } from '../aws/container';
import type { ServiceIdentity } from '../identity';
import { instrumented, labelled, type Sidecar } from './agent';
import { labelTags } from './unified-tags';

/** The version of Datadog's test agent; `src/local/test-agent/` builds it. */
export const testAgentVersion = '1.69.1';
export const testAgentImage = `cloudpe/ddapm-test-agent:${testAgentVersion}`;

export interface TestAgentProps {
  /** Whose task it stands in. */
  readonly service: ServiceIdentity;

  /** @default - the image that `src/local/test-agent/` builds */
  readonly image?: string;
}

/** Datadog's own test agent in the sidecar's place: same port, no key, and it shows what the application sent. */
export class TestAgent implements Sidecar {
  public readonly container: Container;

  public constructor(private readonly props: TestAgentProps) {
    this.container = {
      name: 'datadog-agent',
      image: props.image ?? testAgentImage,
      essential: false,
      cpu: 64,
      memoryReservationMiB: 64,
      ports: [{ port: 8126, protocol: 'tcp' }],
      dockerLabels: labelTags(props.service),
      healthCheck: {
        command: [
          'CMD',
          'python',
          '-c',
          "import urllib.request as u;u.urlopen('http://127.0.0.1:8126/info',timeout=2)",
        ],
        intervalSeconds: 5,
        timeoutSeconds: 3,
        retries: 3,
        startPeriodSeconds: 20,
      },
      tmpfs: { '/tmp': 64 },
    };
  }

  public instrument(container: Container): Container {
    // Started is enough: it listens before the application has loaded, and its first health check is 5 s away, which a
    // person who releases would wait for. It receives traces alone: no DogStatsD for runtime metrics, no telemetry.
    return instrumented(
      container,
      this.props.service,
      { [this.container.name]: 'START' },
      {
        DD_RUNTIME_METRICS_ENABLED: 'false',
        DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      },
    );
  }

  public label(container: Container): Container {
    return labelled(container, this.props.service);
  }
}
