import { describe, expect, test } from 'vitest';
import { parseEnvironment, type EnvironmentConfig } from '../../src/config/environment';
import { environments } from '../../src/config/environments';

/** The lines that `change` makes of a row that was right. */
function problems(change: (row: Draft) => void, environment: keyof typeof environments = 'prod'): string[] {
  const row = structuredClone(environments[environment]) as Draft;
  change(row);
  try {
    parseEnvironment(row);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

/** A row that tests may spoil. */
type Draft = { -readonly [Key in keyof EnvironmentConfig]: Spoilable<EnvironmentConfig[Key]> };
type Spoilable<T> = T extends readonly (infer Item)[]
  ? Spoilable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Spoilable<T[Key]> } & Record<string, unknown>
    : T;

test.each(Object.values(environments))('the row $name is right', (row) => {
  expect(parseEnvironment(row)).toEqual(row);
});

describe('network', () => {
  const zone = (row: Draft, index: number, change: object): void => {
    row.network.zones[index] = { ...environments.test.network.zones[index], ...change } as never;
  };

  test.each([
    ['10.0.1.1/24', 'is no network'],
    ['10.0.1.0', 'has no length'],
    ['10.0.0.0/8', 'is too large'],
    ['10.0.1.0/28', 'is too small for a load balancer'],
    ['10.0.1.0/33', 'is no length'],
    ['2001:db8::/64', 'is IPv6'],
    ['', 'is empty'],
  ])('refuses the subnet %j: it %s', (publicCidr) => {
    expect(
      problems((row) => {
        zone(row, 0, { publicCidr });
      }),
    ).toEqual([
      `network.zones.0.publicCidr must be an IPv4 network in CIDR form from /16 to /27, such as 10.0.0.0/16, got ${JSON.stringify(publicCidr)}`,
    ]);
  });

  test('refuses a subnet outside the VPC', () => {
    expect(
      problems((row) => {
        zone(row, 1, { publicCidr: '10.1.2.0/24' });
      }),
    ).toEqual(['network.zones.1.publicCidr must lie within network.cidr 10.0.0.0/16, got "10.1.2.0/24"']);
  });

  test('refuses subnets that overlap', () => {
    expect(
      problems((row) => {
        zone(row, 1, { publicCidr: '10.0.1.128/25' });
      }),
    ).toEqual([
      'network.zones.1.publicCidr must not overlap network.zones.0.publicCidr 10.0.1.0/24, got "10.0.1.128/25"',
    ]);
  });

  test.each(['127.0.0.0/16', '169.254.0.0/16', '224.0.0.0/16', '0.0.0.0/16'])(
    'refuses the reserved range %s',
    (cidr) => {
      expect(problems((row) => (row.network.cidr = cidr))).toContain(
        `network.cidr must be a network that a VPC may have, such as 10.0.0.0/16, got "${cidr}"`,
      );
    },
  );

  test('refuses private subnets with too few addresses for a release', () => {
    expect(
      problems((row) => {
        zone(row, 0, { privateCidr: '10.0.3.0/27' });
        zone(row, 1, { privateCidr: '10.0.4.0/27' });
        row.services.backend.tasks.max = 20;
      }),
    ).toEqual([
      'network.zones must have private addresses for 48 tasks, twice the most that services may run, and not 38, got ["10.0.3.0/27","10.0.4.0/27"]',
    ]);
  });

  test('refuses a single zone', () => {
    expect(problems((row) => (row.network.zones.length = 1))).toEqual([
      expect.stringContaining(
        'network.zones must have at least 2 zones: load balancers and RDS refuse one, got [{"name":"us-east-1a"',
      ),
    ]);
  });

  test('refuses a zone of another region', () => {
    expect(
      problems((row) => {
        zone(row, 0, { name: 'us-west-2a' });
      }),
    ).toEqual(['network.zones.0.name must be a zone of region us-east-1, got "us-west-2a"']);
  });

  test('refuses a zone that is named twice', () => {
    expect(
      problems((row) => {
        zone(row, 1, { name: 'us-east-1a' });
      }),
    ).toEqual(['network.zones.1.name must be named once, got "us-east-1a"']);
  });

  test('takes zones without names, all of them or none', () => {
    const nameless = (...indexes: number[]) =>
      problems((row) => {
        row.network.zones = row.network.zones.map(({ name, ...zone }, index) =>
          indexes.includes(index) ? zone : { ...zone, name },
        );
      });
    expect(nameless(0, 1)).toEqual([]);
    expect(nameless(1)).toEqual(['network.zones.1.name must be set, or left out of every zone, got nothing']);
  });

  test('without NAT, needs the endpoints that tasks cannot do without', () => {
    expect(
      problems((row) => {
        row.network.nat = 'none';
        row.network.endpoints = ['ecr.api', 'ssm'];
        row.datadog = { kind: 'off' };
      }),
    ).toEqual([
      'network.endpoints must include ecr.dkr, logs, kms when nat is "none": tasks have no other way out, got ["ecr.api","ssm"]',
    ]);
  });

  test('without NAT, refuses what needs the internet', () => {
    expect(
      problems((row) => {
        row.network.nat = 'none';
        row.network.endpoints = ['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'kms'];
        row.edge.backend = 'public';
        row.services.frontend.exec = 'on';
      }),
    ).toEqual([
      'edge.backend must be "internal" when network.nat is "none": tasks cannot reach it, got "public"',
      'datadog.kind must not be "agent" when network.nat is "none": it cannot reach Datadog, got "agent"',
      'services.frontend.exec must be "off" when network.nat is "none" and network.endpoints lack ssmmessages, got "on"',
    ]);
  });

  test('refuses an endpoint that is named twice', () => {
    expect(problems((row) => (row.network.endpoints = ['ssm', 'ssm']))).toEqual([
      'network.endpoints must name each endpoint once, got ["ssm","ssm"]',
    ]);
  });
});

describe('services', () => {
  test('refuses CPU units that Fargate does not offer', () => {
    expect(problems((row) => (row.services.backend.cpu = 300))).toEqual([
      'services.backend.cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, got 300',
    ]);
  });

  test('refuses memory that Fargate does not offer with the CPU units', () => {
    expect(problems((row) => (row.services.backend.memoryMiB = 512))).toEqual([
      'services.backend.memoryMiB must be one of 1024, 2048, 3072, 4096 with cpu 512, got 512',
    ]);
  });

  test('refuses more tasks at least than at most', () => {
    expect(problems((row) => (row.services.frontend.tasks = { min: 5, max: 4, desired: 5 }))).toEqual([
      'services.frontend.tasks.min must not be greater than tasks.max 4, got 5',
      'services.frontend.tasks.desired must be between tasks.min 5 and tasks.max 4, got 5',
    ]);
  });

  test('refuses a wish outside the limits', () => {
    expect(problems((row) => (row.services.frontend.tasks.desired = 9))).toEqual([
      'services.frontend.tasks.desired must be between tasks.min 2 and tasks.max 4, got 9',
    ]);
  });

  test.each([
    'cron(0 22 * * *)',
    'cron(0 22 * * * *)',
    'cron(0 22 ? * ? *)',
    'at(2026-13-01T00:00:00)',
    'daily',
    'rate(0 days)',
  ])('refuses the schedule %s', (schedule) => {
    expect(
      problems(
        (row) => (row.services.backend.schedules = { night: { schedule, timezone: 'UTC', minTasks: 1, maxTasks: 1 } }),
      ),
    ).toEqual([
      `services.backend.schedules.night.schedule must be cron(minutes hours days months weekdays years), rate(n unit) or at(yyyy-mm-ddThh:mm:ss), got "${schedule}"`,
    ]);
  });

  test('refuses a time zone that does not exist, and limits that contradict each other', () => {
    expect(
      problems(
        (row) =>
          (row.services.backend.schedules = {
            night: { schedule: 'cron(0 22 * * ? *)', timezone: 'Mars/Olympus', minTasks: 3, maxTasks: 1 },
          }),
      ),
    ).toEqual([
      'services.backend.schedules.night.timezone must be a time zone such as Europe/Berlin, got "Mars/Olympus"',
      'services.backend.schedules.night.minTasks must not be greater than maxTasks 1, got 3',
    ]);
  });

  test('refuses a service without which there is no product', () => {
    expect(
      problems((row) => {
        const { frontend } = row.services;
        row.services = { frontend } as never;
      }),
    ).toEqual([expect.stringMatching(/^services must have the rows frontend and backend, got \{"frontend":/)]);
  });

  test.each(['Worker', '1st', 'a-b', 'sixteenletterspl', ''])('refuses the service name %j', (name) => {
    expect(problems((row) => (row.services[name] = row.services.backend))).toEqual([
      `services.${name === '' ? '""' : name} must be a-z and 0-9, a letter first, at most 15 characters, got "${name}"`,
    ]);
  });

  test('refuses a service that is called like a part of a stack', () => {
    expect(problems((row) => (row.services.cluster = row.services.backend))).toEqual([
      'services.cluster must not be one of aws, certificate, cluster, docker, firewall: stacks use them, got "cluster"',
    ]);
  });
});

describe('database', () => {
  test('refuses a feature that the class lacks', () => {
    expect(problems((row) => (row.database.performanceInsights = true))).toEqual([
      'database.performanceInsights must be false with db.t3.micro: the class has no Performance Insights for MySQL, got true',
    ]);
  });

  test.each([19, 21])('refuses storage that may grow to %i GiB from 20', (maxStorageGiB) => {
    expect(problems((row) => (row.database.maxStorageGiB = maxStorageGiB)).at(-1)).toBe(
      `database.maxStorageGiB must equal storageGiB 20 or exceed it by a tenth: RDS refuses less, got ${maxStorageGiB}`,
    );
  });

  test('refuses maintenance during backups', () => {
    expect(problems((row) => (row.database.maintenanceWindow = 'tue:03:30-tue:04:30'))).toEqual([
      'database.maintenanceWindow must not overlap backupWindow 03:00-04:00: RDS refuses it, got "tue:03:30-tue:04:30"',
    ]);
  });

  test('sees an overlap across midnight and across the week', () => {
    expect(
      problems((row) => {
        row.database.backupWindow = '23:30-00:30';
        row.database.maintenanceWindow = 'sun:23:45-mon:00:15';
      }),
    ).toHaveLength(1);
    expect(
      problems((row) => {
        row.database.backupWindow = '00:00-00:30';
        row.database.maintenanceWindow = 'sun:23:00-mon:00:00';
      }),
    ).toEqual([]);
  });

  test('refuses windows that are too short', () => {
    expect(
      problems((row) => {
        row.database.backupWindow = '03:00-03:10';
        row.database.maintenanceWindow = 'sun:05:00-sun:05:29';
      }),
    ).toEqual([
      'database.backupWindow must last at least 30 minutes, got "03:00-03:10"',
      'database.maintenanceWindow must last at least 30 minutes, got "sun:05:00-sun:05:29"',
    ]);
  });

  test('refuses updates on a copy without backups', () => {
    expect(
      problems((row) => {
        row.database.blueGreenUpdate = true;
        row.database.backupRetentionDays = 0;
      }),
    ).toEqual([
      'database.blueGreenUpdate must be false when backupRetentionDays is 0: RDS copies from backups, got true',
    ]);
  });

  test.each([
    ['instanceClass', 'large', 'must be an RDS instance class such as db.t3.micro'],
    ['storageGiB', 5, 'must be at least 20'],
    ['backupRetentionDays', 36, 'must be at most 35'],
    ['backupWindow', '3-4', 'must be hh:mm-hh:mm (UTC)'],
    ['maintenanceWindow', 'sunday', 'must be ddd:hh:mm-ddd:hh:mm (UTC)'],
    ['enhancedMonitoringSeconds', 20, 'must be one of 0, 1, 5, 10, 15, 30, 60'],
    ['instances', 'main', 'must be an object'],
    ['passwordVersion', 0, 'must be at least 1'],
    ['passwordVersion', 1.5, 'must be a whole number'],
    ['poolSize', Number.NaN, 'must be a number'],
    ['multiAz', 'yes', 'must be true or false'],
    ['tls', 'off', 'must be one of "verify", "encrypt"'],
  ])('refuses %s = %j', (field, value, rule) => {
    const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
    expect(problems((row) => ((row.database as Record<string, unknown>)[field] = value))).toEqual([
      `database.${field} ${rule}, got ${shown}`,
    ]);
  });
});

describe('the instances of the database', () => {
  const restored = { fromSnapshot: 'rds:cloudpe-default-prod-database-2026-11-24-03-07' };
  const instances = (change: object, serving = 'main') =>
    problems((row) => {
      row.database.instances = { main: {}, ...change };
      row.database.serving = serving;
    });

  test.each(['main', 'restored'])('may be two, and %s serves', (serving) => {
    expect(instances({ restored }, serving)).toEqual([]);
  });

  test('may be one that is not the main one', () => {
    expect(
      problems((row) => {
        row.database.instances = { restored };
        row.database.serving = 'restored';
      }),
    ).toEqual([]);
  });

  test('must have the one that serves', () => {
    expect(instances({ restored }, 'restord')).toEqual([
      'database.serving must name one of the instances: there are main, restored, got "restord"',
    ]);
    expect(problems((row) => (row.database.instances = {} as never))).toEqual([
      'database.serving must name one of the instances: there are none, got "main"',
    ]);
    expect(instances({}, 'constructor')).toEqual([
      'database.serving must name one of the instances: there are main, got "constructor"',
    ]);
  });

  test('start from a snapshot, but for the main one', () => {
    expect(instances({ restored: {} })).toEqual([
      'database.instances.restored.fromSnapshot must name a snapshot: only main starts empty, got nothing',
    ]);
    expect(instances({ main: restored })).toEqual([
      `database.instances.main.fromSnapshot must not be given: main starts empty; restore into another instance, got "${restored.fromSnapshot}"`,
    ]);
  });

  test('keep their protection while they serve', () => {
    expect(instances({ main: { deletionProtection: false } })).toEqual([
      'database.instances.main.deletionProtection must not be false on the instance that serves, got false',
    ]);
    expect(instances({ main: { deletionProtection: false }, restored }, 'restored')).toEqual([]);
  });

  test('are restored from an identifier or an ARN', () => {
    const of = (fromSnapshot: string) => instances({ restored: { fromSnapshot } });
    expect(of('arn:aws:rds:us-east-1:222222222222:snapshot:before-the-accident')).toEqual([]);
    expect(of('before-the-accident')).toEqual([]);
    expect(of('my snapshot')).toEqual([
      'database.instances.restored.fromSnapshot must be a snapshot’s identifier or ARN, got "my snapshot"',
    ]);
  });

  test.each(['Restored', 're_stored', '2nd', 'a--b', 'a-', '', 'restored-on-2026-11-24'])(
    'refuse the name %j',
    (name) => {
      const shown = /^[\w$-]+$/.test(name) ? name : JSON.stringify(name);
      expect(instances({ [name]: restored })).toEqual([
        `database.instances.${shown} must be words of a-z and 0-9 joined by single hyphens, a letter first, at most 19 characters, got ${JSON.stringify(name)}`,
      ]);
    },
  );

  test('have no other field', () => {
    expect(instances({ restored: { ...restored, colour: 'red' } })).toEqual([
      'database.instances.restored must not have the field colour',
    ]);
  });
});

describe('edge', () => {
  test('refuses a domain outside its zone', () => {
    expect(problems((row) => (row.edge.domain = { name: 'app.example.org', zone: 'example.com' }))).toEqual([
      'edge.domain.name must lie within domain.zone example.com, got "app.example.org"',
    ]);
    expect(problems((row) => (row.edge.domain = { name: 'badexample.com', zone: 'example.com' }))).toHaveLength(1);
  });

  test.each(['App.example.com', 'https://example.com', 'example', '-a.example.com'])(
    'refuses the domain %s',
    (name) => {
      expect(problems((row) => (row.edge.domain = { name, zone: 'example.com' }))).toContain(
        `edge.domain.name must be a domain name in lower case, got "${name}"`,
      );
    },
  );

  test('refuses a rate limit that WAF does not have', () => {
    expect(problems((row) => (row.edge.firewall = { kind: 'waf', requestsPerFiveMinutes: 9, countOnly: [] }))).toEqual([
      'edge.firewall.requestsPerFiveMinutes must be at least 10, got 9',
    ]);
  });
});

describe('the other fields', () => {
  test.each<[string, (row: Draft) => void, string]>([
    ['account', (row) => (row.account = '123'), 'account must be an AWS account id of 12 digits, got "123"'],
    ['name', (row) => (row.name = 'staging' as never), 'name must be one of "test", "prod", "local", got "staging"'],
    [
      'images',
      (row) => (row.images = 'jenkins' as never),
      'images must be one of "stack", "engine", "pipeline", got "jenkins"',
    ],
    [
      'state',
      (row) => (row.state = { kind: 'ftp' } as never),
      'state.kind must be one of "s3", "hcp", "file", got "ftp"',
    ],
    ['no state', (row) => (row.state = {} as never), 'state.kind must be one of "s3", "hcp", "file", got nothing'],
    [
      'organization',
      (row) => (row.state = { kind: 'hcp', organization: '' }),
      'state.organization must name an HCP Terraform organization, got ""',
    ],
    [
      'nothing',
      (row) => ((row as Record<string, unknown>).cluster = undefined),
      'cluster must be an object, got nothing',
    ],
    [
      'surplus',
      (row) => ((row as Record<string, unknown>).colour = 'red'),
      'environment must not have the field colour',
    ],
    ['surplus below', (row) => (row.cluster.colour = 'red'), 'cluster must not have the field colour'],
  ])('refuses %s', (_, change, line) => {
    expect(problems(change)).toEqual([line]);
  });

  test('refuses retention that CloudWatch does not offer', () => {
    expect(problems((row) => (row.logs.retentionDays = 8 as never))).toEqual([
      expect.stringMatching(/^logs.retentionDays must be one of 1, 3, 5, .*, 3653, got 8$/),
    ]);
  });

  test('refuses a Datadog monitor that warns after it alerts', () => {
    expect(
      problems((row) => {
        if (row.datadog.kind === 'agent') row.datadog.thresholds.apiErrorPercent = { warning: 5, critical: 2 };
      }),
    ).toEqual(['datadog.thresholds.apiErrorPercent must have warning below critical, got {"warning":5,"critical":2}']);
  });
});

test('tells all problems at once, wherever they are', () => {
  expect(
    problems((row) => {
      row.account = 'x';
      row.database.storageGiB = 'big' as never;
      row.services.backend.cpu = 1;
      row.edge.backend = 'everyone' as never;
      row.region = 'eu-west-1';
    }),
  ).toEqual([
    'account must be an AWS account id of 12 digits, got "x"',
    'edge.backend must be one of "internal", "public", got "everyone"',
    'database.storageGiB must be a number, got "big"',
    'services.backend.cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, got 1',
    'network.zones.0.name must be a zone of region eu-west-1, got "us-east-1a"',
    'network.zones.1.name must be a zone of region eu-west-1, got "us-east-1b"',
  ]);
});

describe('schedules', () => {
  test('of test are the minimum by night and the limits of the day by day', () => {
    for (const { tasks, schedules } of Object.values(environments.test.services)) {
      expect(schedules).toMatchObject({
        night: { minTasks: tasks.min, maxTasks: tasks.min },
        morning: { minTasks: tasks.min, maxTasks: tasks.max },
      });
    }
  });

  test('of prod are none', () => {
    expect(Object.values(environments.prod.services).map(({ schedules }) => schedules)).toEqual([{}, {}]);
  });
});
