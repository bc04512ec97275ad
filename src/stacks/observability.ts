import { DatadogProvider } from '@cdktf/provider-datadog/lib/provider';
import type { Construct } from 'constructs';
import type { AgentConfig } from '../config/datadog';
import { Observability } from '../datadog/observability';
import type { RumKeys } from './containers';
import { watchedOf } from './watched';
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
    const { site, notify, thresholds, mysql, runbooks } = props.datadog;
    // The keys come from DD_API_KEY and DD_APP_KEY in the environment of whoever deploys.
    new DatadogProvider(this, 'Datadog', { apiUrl: `https://api.${site}/`, validate: 'false' });
    const { rum } = new Observability(this, 'Observability', {
      name: identity.name(),
      site,
      notify,
      thresholds,
      watched: watchedOf(config, identity, mysql),
      ...(runbooks !== undefined && { runbooks }),
      ...(config.edge.domain && { publicUrl: `https://${config.edge.domain.name}` }),
    });
    this.rum = { ...rum, site };
  }
}
