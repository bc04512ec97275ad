import type { Container } from '../aws/container';
import type { Parameter } from '../aws/parameter';
import type { ServiceIdentity } from '../identity';
import { refuse } from './problems';
import { logIntakeHost, siteProblems } from './site';
import { labelTags, staticTags } from './unified-tags';

export const logRouterImage = 'public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.12';

export interface LogRouterProps {
  readonly site: string;
  readonly apiKey: Parameter;
  /** Whose task it stands in. */
  readonly service: ServiceIdentity;

  /** @default - the version that this file pins */
  readonly image?: string;
}

/** Fluent Bit beside the application: takes every container's lines to Datadog. A value, not a construct. */
export class LogRouter {
  public readonly container: Container;

  public constructor(private readonly props: LogRouterProps) {
    refuse(siteProblems('site', props.site));
    this.container = {
      name: 'datadog-log-router',
      image: props.image ?? logRouterImage,
      // A product that serves without logs is better than one that does not serve.
      essential: false,
      cpu: 32,
      memoryReservationMiB: 64,
      dockerLabels: labelTags(props.service),
      firelensConfiguration: {
        type: 'fluentbit',
        options: {
          'config-file-type': 'file',
          'config-file-value': '/fluent-bit/configs/parse-json.conf',
          'enable-ecs-log-metadata': 'true',
        },
      },
      // The socket through which Docker hands the lines over: Fluent Bit makes it when its input listens.
      healthCheck: { command: ['CMD-SHELL', 'test -S /var/run/fluent.sock'], startPeriodSeconds: 10 },
      // ECS writes Fluent Bit's configuration into the container when it starts.
      readonlyRootFilesystem: false,
      keepCapabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
    };
  }

  /** `container` with its output routed to Datadog; `source` picks the pipeline that parses it, such as `python`. */
  public route(container: Container, source: string): Container {
    const { site, apiKey, service } = this.props;
    return {
      ...container,
      logConfiguration: {
        logDriver: 'awsfirelens',
        options: {
          Name: 'datadog',
          Host: logIntakeHost(site),
          TLS: 'on',
          compress: 'gzip',
          provider: 'ecs',
          retry_limit: '2',
          dd_message_key: 'log',
          dd_service: service.service,
          dd_source: source,
          // Commas here, where the agent's own variable has blanks.
          dd_tags: staticTags({
            env: service.env,
            ...(service.version !== undefined && { version: service.version }),
          }).replaceAll(' ', ','),
        },
        secretOptions: { apikey: apiKey },
      },
    };
  }
}
