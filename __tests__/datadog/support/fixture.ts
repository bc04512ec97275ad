import { TerraformStack, Testing } from 'cdktf';
import { Observability, type ObservabilityProps } from '../../../src/datadog/observability';
import type { ObservabilityThresholds } from '../../../src/datadog/thresholds';
import type { Watched } from '../../../src/datadog/watched';

export const watched: Watched = {
  env: 'test',
  clusterName: 'cloudpe-default-test',
  services: {
    frontend: {
      identity: { env: 'test', service: 'frontend-service' },
      container: 'frontend-container',
      minimumTasks: 1,
      loadBalancerName: 'cloudpe-default-test-frontend',
    },
    backend: {
      identity: { env: 'test', service: 'backend-service' },
      container: 'backend-container',
      minimumTasks: 1,
      loadBalancerName: 'cloudpe-default-test-backend',
    },
  },
  database: { identifier: 'cloudpe-default-test-database', collector: true },
};

export const defaultThresholds: ObservabilityThresholds = {
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

export const props: ObservabilityProps = {
  name: 'cloudpe-default-test',
  site: 'us5.datadoghq.com',
  watched,
  notify: { page: ['@pagerduty-cloudpe'], ticket: ['@slack-cloudpe-test'] },
  thresholds: defaultThresholds,
  publicUrl: 'https://notes.example.com',
};

export type Attributes = Readonly<Record<string, unknown>>;

/** A synthesized observability stack, asked by the type that Terraform gives a resource. */
export class Synthesized {
  private constructor(
    public readonly json: string,
    private readonly resources: Readonly<Record<string, Readonly<Record<string, Attributes>>>>,
  ) {}

  public static observability(overrides: Partial<ObservabilityProps> = {}): Synthesized {
    const stack = new TerraformStack(Testing.app(), 'observability');
    new Observability(stack, 'Observability', { ...props, ...overrides });
    const json = Testing.synth(stack);
    const { resource } = JSON.parse(json) as { resource: Record<string, Record<string, Attributes>> };
    return new Synthesized(json, resource);
  }

  public all(type: string): Attributes[] {
    return Object.values(this.resources[type] ?? {});
  }

  public get types(): string[] {
    return Object.keys(this.resources);
  }

  public get dashboard(): Attributes {
    const [page, ...others] = this.all('datadog_dashboard_json');
    if (page === undefined || others.length > 0) throw new Error(`expected one dashboard, found ${others.length + 1}`);
    return JSON.parse(String(page.dashboard)) as Attributes;
  }
}
