import fc from 'fast-check';
import { environments } from '../../src/config/environments';
import { FARGATE_MEMORY_MIB } from '../../src/config/fargate-sizes';

/** What Fargate offers. */
const sizes = fc
  .constantFrom(...Object.entries(FARGATE_MEMORY_MIB))
  .chain(([cpu, memory]) => fc.record({ cpu: fc.constant(Number(cpu)), memoryMiB: fc.constantFrom(...memory) }));

/** Fields that no generator names have the value of this row, so that a new field breaks no test. */
const { test: row } = environments;

/** How often a field is wrong: one time in so many, or never. */
type Mistakes = 'often' | 'seldom' | 'never';

const RIGHT: Readonly<Record<Mistakes, number>> = { often: 12, seldom: 200, never: 1 };

const nonsense = [
  undefined,
  null,
  '',
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  [],
  {},
  '__proto__',
  '$' + '{aws_x.y.z}',
];

/**
 * Environments that a person could write: right, but for their mistakes.
 *
 * Choices that contradict each other are among them, whatever `mistakes` says.
 */
export function candidates(mistakes: Mistakes): fc.Arbitrary<unknown> {
  const often = (right: readonly unknown[], wrong: readonly unknown[]): fc.Arbitrary<unknown> =>
    mistakes === 'never'
      ? fc.constantFrom(...right)
      : fc.oneof(
          { weight: RIGHT[mistakes], arbitrary: fc.constantFrom(...right) },
          { weight: 1, arbitrary: fc.constantFrom(...wrong) },
        );

  const service = sizes
    .chain(({ cpu, memoryMiB }) =>
      fc.record({
        cpu: often([cpu], [300, ...nonsense]),
        memoryMiB: often([memoryMiB], [100, ...nonsense]),
        architecture: often(['x86_64', 'arm64'], nonsense),
        tasks: fc.record({
          min: often([0, 1, 2], [9, ...nonsense]),
          max: often([2, 4, 6], nonsense),
          desired: often([2], [7, ...nonsense]),
        }),
        scaleOn: fc.record(
          {
            cpuPercent: often([50, 60, 100], [0, 101]),
            memoryPercent: often([75], nonsense),
            requestsPerTarget: often([100, 3000], [0]),
          },
          { requiredKeys: ['cpuPercent', 'memoryPercent'] },
        ),
        schedules: often(
          [{}, { night: { schedule: 'cron(0 22 * * ? *)', timezone: 'UTC', minTasks: 1, maxTasks: 2 } }],
          [{ night: { schedule: 'nightly', timezone: 'UTC', minTasks: 1, maxTasks: 2 } }, ...nonsense],
        ),
        spotPercent: often([0, 30, 100], [101, ...nonsense]),
        rollout: often(['safe', 'quick'], nonsense),
        exec: often(['off', 'on'], nonsense),
      }),
    )
    .map((generated) => ({ ...row.services.backend, ...generated }));

  const zone = (index: number): fc.Arbitrary<unknown> =>
    fc.record({
      name: often([`us-east-1${'abc'.charAt(index)}`], ['us-west-2a', 'us-east-1a', ...nonsense]),
      publicCidr: often(
        [`10.0.${index + 1}.0/24`, `10.0.${index + 1}.0/26`],
        ['10.1.0.0/24', '10.0.0.0/20', '10.0.1.7/24', ...nonsense],
      ),
      privateCidr: often([`10.0.${index + 11}.0/24`], ['10.0.1.0/24', `10.0.${index + 1}.0/28`, ...nonsense]),
    });

  const nameless = (index: number): fc.Arbitrary<unknown> =>
    fc.constant({ publicCidr: `10.0.${index + 1}.0/24`, privateCidr: `10.0.${index + 11}.0/24` });

  const restored = { fromSnapshot: 'rds:a-snapshot' };
  const endpoints = ['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'ssmmessages', 'kms'] as const;

  const generated = fc.record({
    name: often(['test', 'prod'], ['staging', ...nonsense]),
    account: often(['111111111111'], ['1', ...nonsense]),
    region: often(['us-east-1'], ['mars', ...nonsense]),
    state: often(
      [
        { kind: 's3', bucket: 'a-bucket', region: 'us-east-1' },
        { kind: 'hcp', organization: 'an-organization' },
        { kind: 'file', folder: 'state' },
      ],
      [{ kind: 'ftp' }, ...nonsense],
    ),
    network: fc.record({
      cidr: often(['10.0.0.0/16'], ['10.0.0.0/28', '300.0.0.0/16', ...nonsense]),
      zones: fc.oneof(
        { weight: 6, arbitrary: fc.tuple(zone(0), zone(1)) },
        { weight: 2, arbitrary: fc.tuple(zone(0), zone(1), zone(2)) },
        { weight: 1, arbitrary: fc.tuple(zone(0)) },
        { weight: 1, arbitrary: fc.tuple(nameless(0), nameless(1)) },
      ),
      nat: often(['single', 'per-zone', 'none'], nonsense),
      endpoints: fc.oneof(
        { weight: 2, arbitrary: fc.constant([...endpoints]) },
        { weight: 1, arbitrary: fc.subarray([...endpoints]) },
      ),
      flowLogs: often(['all', 'rejected', 'off'], nonsense),
    }),
    edge: fc.record(
      {
        domain: often([{ name: 'app.example.com', zone: 'example.com' }], [{ name: 'a.b', zone: 'c.de' }, ...nonsense]),
        backend: often(['internal', 'public'], nonsense),
        deletionProtection: often([true, false], nonsense),
        accessLogs: often([{ kind: 'off' }, { kind: 's3', retentionDays: 30 }], nonsense),
        firewall: often(
          [{ kind: 'off' }, { kind: 'waf', requestsPerFiveMinutes: 100, countOnly: ['sqli'] }],
          [{ kind: 'waf', requestsPerFiveMinutes: 1, countOnly: [] }, ...nonsense],
        ),
      },
      { requiredKeys: ['backend', 'deletionProtection', 'accessLogs', 'firewall'] },
    ),
    database: fc
      .record({
        instanceClass: often(['db.t3.micro', 'db.m7g.large'], ['large', ...nonsense]),
        storageGiB: often([20, 50], [5, ...nonsense]),
        maxStorageGiB: often([50, 100], [21, ...nonsense]),
        multiAz: often([true, false], nonsense),
        backupRetentionDays: often([0, 1, 35], [36, ...nonsense]),
        backupWindow: often(['03:00-04:00', '23:30-00:30'], ['25:00-26:00', ...nonsense]),
        maintenanceWindow: often(['sun:05:00-sun:06:00'], ['sun:03:30-sun:04:30', ...nonsense]),
        deletionProtection: often([true, false], nonsense),
        applyChanges: often(['immediately', 'in-maintenance-window'], nonsense),
        performanceInsights: often([false], [true, ...nonsense]),
        enhancedMonitoringSeconds: often([0, 60], [7, ...nonsense]),
        blueGreenUpdate: often([false], [true, ...nonsense]),
        instances: often(
          [{ main: {} }, { main: {}, restored }, { 'in-2026': restored, main: { deletionProtection: true } }],
          [{ restored }, { main: restored }, { main: {}, other: {} }, { Main: {} }, ...nonsense],
        ),
        serving: often(['main'], ['restored', ...nonsense]),
        passwordVersion: often([1, 2], [0, ...nonsense]),
        tls: often(['verify', 'encrypt'], nonsense),
        poolSize: often([8], [0, ...nonsense]),
      })
      .map((generated) => ({ ...row.database, ...generated })),
    services: fc.record({ frontend: service, backend: service }),
    cluster: often([{ containerInsights: 'enhanced' }, { containerInsights: 'disabled' }], nonsense),
    logs: often([{ retentionDays: 30 }], [{ retentionDays: 31 }, ...nonsense]),
    images: often(['stack', 'engine', 'pipeline'], nonsense),
    datadog: often([{ kind: 'off' }, { kind: 'test-agent' }, row.datadog], nonsense),
  });
  return generated.map((fields) => ({ ...row, ...fields }));
}
