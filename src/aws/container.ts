import type { Parameter } from './parameter';

/** A container of a task, as data. */
export interface Container {
  readonly name: string;
  readonly image: string;

  /**
   * The port that serves traffic.
   *
   * @default - it listens on nothing that others use
   */
  readonly port?: number;

  /** @default - only `port`, over TCP */
  readonly ports?: readonly ContainerPort[];

  /**
   * Whether the task ends with it.
   *
   * @default true
   */
  readonly essential?: boolean;

  /** CPU units reserved for it. @default - what the others leave */
  readonly cpu?: number;

  /** MiB reserved for it. @default - what the others leave */
  readonly memoryReservationMiB?: number;

  /** @default - the image's own */
  readonly command?: readonly string[];

  /** @default - the image's own */
  readonly user?: string;

  /** Plain values; anything secret belongs in `secrets`. @default - none */
  readonly environment?: Readonly<Record<string, string>>;

  /** Variables whose values ECS fetches from SSM when the container starts. @default - none */
  readonly secrets?: Readonly<Record<string, Parameter>>;

  /** @default - none */
  readonly dockerLabels?: Readonly<Record<string, string>>;

  /** @default - running is healthy */
  readonly healthCheck?: HealthCheck;

  /** Containers of the same task that must have got there first. @default - none */
  readonly dependsOn?: Readonly<Record<string, DependencyCondition>>;

  /** @default true */
  readonly readonlyRootFilesystem?: boolean;

  /** Writable places in memory: path to MiB. @default - none */
  readonly tmpfs?: Readonly<Record<string, number>>;

  /**
   * Linux capabilities that it keeps; Fargate has no others to give.
   *
   * @default - none
   */
  readonly keepCapabilities?: readonly string[];

  /** Seconds between the stop signal and the kill. @default 30 */
  readonly stopTimeoutSeconds?: number;

  /**
   * Where its output goes.
   *
   * @default - the service's log group
   */
  readonly logConfiguration?: LogConfiguration;

  /** @default - none */
  readonly firelensConfiguration?: Readonly<{ type: 'fluentbit'; options: Readonly<Record<string, string>> }>;
}

export type DependencyCondition = 'START' | 'HEALTHY' | 'SUCCESS' | 'COMPLETE';

export interface ContainerPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface HealthCheck {
  /** In ECS's form: `['CMD', …]` or `['CMD-SHELL', …]`. */
  readonly command: readonly string[];
  /** @default 30 */
  readonly intervalSeconds?: number;
  /** @default 5 */
  readonly timeoutSeconds?: number;
  /** @default 3 */
  readonly retries?: number;
  /** @default 0 */
  readonly startPeriodSeconds?: number;
}

export interface LogConfiguration {
  readonly logDriver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly secretOptions?: Readonly<Record<string, Parameter>>;
}

/** What Docker grants by default and Fargate lets a task drop. */
const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/**
 * `container` in the words of ECS.
 *
 * Lists are sorted and every option is written out: what ECS would add by itself shows as a change in every later plan.
 */
export function renderContainer(
  container: Container,
  defaultLogs: LogConfiguration,
): Readonly<Record<string, unknown>> {
  const { healthCheck, keepCapabilities = [], essential = true, readonlyRootFilesystem = true } = container;
  const ports =
    container.ports ?? (container.port === undefined ? [] : [{ port: container.port, protocol: 'tcp' as const }]);
  const logs = container.logConfiguration ?? defaultLogs;
  return {
    name: container.name,
    image: container.image,
    essential,
    ...(container.cpu !== undefined && { cpu: container.cpu }),
    ...(container.memoryReservationMiB !== undefined && { memoryReservation: container.memoryReservationMiB }),
    ...(container.command && { command: container.command }),
    ...(container.user !== undefined && { user: container.user }),
    portMappings: ports.map(({ port, protocol }) => ({ containerPort: port, hostPort: port, protocol })),
    environment: sorted(container.environment).map(([name, value]) => ({ name, value })),
    secrets: sorted(container.secrets).map(([name, parameter]) => ({ name, valueFrom: parameter.arn })),
    ...(container.dockerLabels && { dockerLabels: Object.fromEntries(sorted(container.dockerLabels)) }),
    ...(container.dependsOn && {
      dependsOn: sorted(container.dependsOn).map(([containerName, condition]) => ({ containerName, condition })),
    }),
    ...(healthCheck && {
      healthCheck: {
        command: healthCheck.command,
        interval: healthCheck.intervalSeconds ?? 30,
        timeout: healthCheck.timeoutSeconds ?? 5,
        retries: healthCheck.retries ?? 3,
        startPeriod: healthCheck.startPeriodSeconds ?? 0,
      },
    }),
    readonlyRootFilesystem,
    linuxParameters: {
      initProcessEnabled: true,
      capabilities: { drop: DEFAULT_CAPABILITIES.filter((capability) => !keepCapabilities.includes(capability)) },
      ...(container.tmpfs && {
        tmpfs: sorted(container.tmpfs).map(([containerPath, size]) => ({
          containerPath,
          size,
          mountOptions: ['mode=1777'],
        })),
      }),
    },
    stopTimeout: container.stopTimeoutSeconds ?? 30,
    logConfiguration: {
      logDriver: logs.logDriver,
      options: Object.fromEntries(sorted(logs.options)),
      ...(logs.secretOptions && {
        secretOptions: sorted(logs.secretOptions).map(([name, parameter]) => ({ name, valueFrom: parameter.arn })),
      }),
    },
    ...(container.firelensConfiguration && { firelensConfiguration: container.firelensConfiguration }),
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
  };
}

function sorted<T>(record: Readonly<Record<string, T>> = {}): [string, T][] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}
