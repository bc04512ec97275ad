import { TerraformStack, Testing } from 'cdktf';
import { Observability, type ObservabilityProps } from '../../../src/datadog/observability';
import { defaultThresholds } from '../../../src/datadog/thresholds';
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
