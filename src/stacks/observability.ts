import { DatadogProvider } from '@cdktf/provider-datadog/lib/provider';
import type { Construct } from 'constructs';
import type { AgentConfig } from '../config/datadog';
import { Observability } from '../datadog/observability';
import type { WatchedServices } from '../datadog/watched';
import type { RumKeys } from './containers';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';

export interface ObservabilityStackProps extends EnvironmentStackProps {
  readonly datadog: AgentConfig;
}

/** What watches the services. It needs their names, not their resources, so alarms exist before what they watch. */
export class ObservabilityStack extends EnvironmentStack {
  public readonly rum: RumKeys;

  public constructor(scope: Construct, props: ObservabilityStackProps) {
    super(scope, 'observability', props);
    const { config, identity } = this;
    const { site, notify, thresholds, mysql } = props.datadog;
    // The keys come from DD_API_KEY and DD_APP_KEY in the environment of whoever deploys.
    new DatadogProvider(this, 'Datadog', { apiUrl: `https://api.${site}/`, validate: 'false' });
    const { rum } = new Observability(this, 'Observability', {
      name: identity.name(),
      site,
      notify,
      thresholds,
      watched: {
        env: identity.env,
        clusterName: identity.clusterName,
        services: this.services(),
        database: { identifier: identity.name('database'), collector: mysql !== 'off' },
      },
      ...(config.edge.domain && { publicUrl: `https://${config.edge.domain.name}` }),
    });
    this.rum = { ...rum, site };
  }

  private services(): WatchedServices {
    const { config, identity } = this;
    const behindBalancers = ['frontend', 'backend'];
    const rows = Object.entries(config.services).map(([tier, { tasks }]) => [
      tier,
      {
        identity: identity.service(tier),
        container: `${tier}-container`,
        minimumTasks: tasks.min,
        ...(behindBalancers.includes(tier) && { loadBalancerName: identity.shortName(32, tier) }),
      },
    ]);
    return Object.fromEntries(rows) as WatchedServices;
  }
}
