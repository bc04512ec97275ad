import type { AgentConfig } from './datadog';
import type { EnvironmentConfig, EnvironmentName } from './environment';

/** A start for an environment that has not measured its own traffic yet. */
const thresholds: AgentConfig['thresholds'] = {
  taskMemoryPercent: { warning: 80, critical: 90 },
  taskCpuPercent: { warning: 80, critical: 90 },
  apiErrorPercent: { warning: 2, critical: 5 },
  apiMinimumRequests: 20,
  apiP95Seconds: { warning: 0.5, critical: 1 },
  createErrors: { warning: 1, critical: 5 },
  trafficDeviations: 3,
  balancerErrors: { warning: 5, critical: 20 },
  databaseErrors: { warning: 1, critical: 10 },
  databaseP95Seconds: { warning: 0.1, critical: 0.5 },
  databaseConnectionsPercent: { warning: 70, critical: 80 },
  databaseCpuPercent: { warning: 80, critical: 90 },
  databaseFreeStorageGiB: { warning: 4, critical: 2 },
  pageErrors: { warning: 5, critical: 20 },
  // 2.5 s is the limit of "good" and 4 s of "poor" in the Core Web Vitals (https://web.dev/articles/lcp).
  pageLcpSeconds: { warning: 2.5, critical: 4 },
  windows: { trafficMinutes: 10, resourceMinutes: 15, browserMinutes: 60 },
  objectives: {
    timeframe: '30d',
    availabilityPercent: 99.9,
    latencyPercent: 99,
    latencySeconds: 1,
    pageLoadPercent: 90,
    pageLoadSeconds: 2.5,
  },
};

const datadog = {
  kind: 'agent',
  site: 'us5.datadoghq.com',
  apiKeyVersion: 1,
  thresholds,
  mysql: 'metrics',
  logs: 'cloudwatch',
} as const;

const testTasks = { min: 1, max: 1, desired: 1 };

/** Nobody tests at night: the minimum then, the limits of the day from the morning on. With limits of 1 and 1 they are the same. */
const nights = {
  night: { schedule: 'cron(0 20 * * ? *)', timezone: 'UTC', minTasks: testTasks.min, maxTasks: testTasks.min },
  morning: { schedule: 'cron(0 6 * * ? *)', timezone: 'UTC', minTasks: testTasks.min, maxTasks: testTasks.max },
};

const test: EnvironmentConfig = {
  name: 'test',
  account: '111111111111',
  region: 'us-east-1',
  state: { kind: 's3', bucket: 'cloudpe-state-111111111111', region: 'us-east-1' },
  network: {
    cidr: '10.0.0.0/16',
    zones: [
      { name: 'us-east-1a', publicCidr: '10.0.1.0/24', privateCidr: '10.0.3.0/24' },
      { name: 'us-east-1b', publicCidr: '10.0.2.0/24', privateCidr: '10.0.4.0/24' },
    ],
    nat: 'single',
    endpoints: [],
    flowLogs: 'rejected',
  },
  edge: {
    backend: 'internal',
    deletionProtection: false,
    accessLogs: { kind: 's3', retentionDays: 30 },
    firewall: { kind: 'waf', requestsPerFiveMinutes: 2000, countOnly: [] },
  },
  database: {
    instanceClass: 'db.t3.micro',
    storageGiB: 20,
    maxStorageGiB: 100,
    multiAz: false,
    backupRetentionDays: 1,
    backupWindow: '03:00-04:00',
    maintenanceWindow: 'sun:05:00-sun:06:00',
    instances: { main: {} },
    serving: 'main',
    deletionProtection: false,
    applyChanges: 'immediately',
    performanceInsights: false,
    enhancedMonitoringSeconds: 60,
    blueGreenUpdate: false,
    passwordVersion: 1,
    tls: 'verify',
    poolSize: 8,
  },
  services: {
    frontend: {
      cpu: 512,
      memoryMiB: 1024,
      architecture: 'x86_64',
      tasks: testTasks,
      healthCheckSeconds: 10,
      scaleOn: { cpuPercent: 60, memoryPercent: 75, requestsPerTarget: 3000 },
      schedules: nights,
      spotPercent: 0,
      rollout: 'safe',
      exec: 'off',
    },
    backend: {
      cpu: 512,
      memoryMiB: 1024,
      architecture: 'x86_64',
      tasks: testTasks,
      healthCheckSeconds: 10,
      scaleOn: { cpuPercent: 60, memoryPercent: 75, requestsPerTarget: 3000 },
      schedules: nights,
      spotPercent: 0,
      rollout: 'safe',
      exec: 'off',
    },
  },
  cluster: { containerInsights: 'enabled' },
  logs: { retentionDays: 30 },
  images: 'stack',
  deployment: {
    approval: 'confirm',
    // Replace it by your own: only this repository's pipeline may take the deploy role.
    pipeline: { kind: 'github', repository: 'example/cloudpe', provider: 'create' },
    budget: { kind: 'off' },
  },
  datadog: { ...datadog, notify: { page: ['@slack-cloudpe-test'], ticket: ['@slack-cloudpe-test'] } },
};

const prod: EnvironmentConfig = {
  ...test,
  name: 'prod',
  account: '222222222222',
  state: { kind: 's3', bucket: 'cloudpe-state-222222222222', region: 'us-east-1' },
  network: { ...test.network, nat: 'per-zone', flowLogs: 'all' },
  edge: { ...test.edge, deletionProtection: true, accessLogs: { kind: 's3', retentionDays: 365 } },
  database: {
    ...test.database,
    multiAz: true,
    backupRetentionDays: 14,
    deletionProtection: true,
    applyChanges: 'in-maintenance-window',
  },
  services: {
    frontend: { ...test.services.frontend, tasks: { min: 2, max: 4, desired: 2 }, schedules: {} },
    backend: { ...test.services.backend, tasks: { min: 2, max: 4, desired: 2 }, schedules: {} },
  },
  logs: { retentionDays: 365 },
  deployment: {
    ...test.deployment,
    approval: 'type-name',
    budget: { kind: 'monthly', usd: 600, notify: ['cloudpe-costs@example.com'] },
  },
  datadog: {
    ...datadog,
    notify: { page: ['@pagerduty-cloudpe', '@slack-cloudpe-prod'], ticket: ['@slack-cloudpe-prod'] },
  },
};

/** One machine, no account: an emulator in the place of AWS, the local engine in the place of the `images` stack. */
const local: EnvironmentConfig = {
  ...test,
  name: 'local',
  account: '000000000000',
  state: { kind: 's3', bucket: 'cloudpe-state-local', region: 'us-east-1' },
  database: { ...test.database, tls: 'encrypt' },
  services: {
    // A release is ready when it was found healthy: here a person waits for it.
    frontend: { ...test.services.frontend, healthCheckSeconds: 5, schedules: {} },
    backend: { ...test.services.backend, healthCheckSeconds: 5, schedules: {} },
  },
  images: 'engine',
  deployment: { approval: 'none', pipeline: { kind: 'none' }, budget: { kind: 'off' } },
  datadog: { kind: 'test-agent', withKey: { kind: 'agent-only', site: datadog.site, apiKeyVersion: 1 } },
  emulator: {
    endpoint: 'http://127.0.0.1:4566',
    endpointForTasks: 'http://cloudpe-emulator:4566',
    // Where Docker gives addresses to its networks.
    proxies: ['172.16.0.0/12', '192.168.0.0/16'],
  },
};

export const environments: Readonly<Record<EnvironmentName, EnvironmentConfig>> = { test, prod, local };
