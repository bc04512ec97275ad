import type { AgentConfig } from '../config/datadog';
import type { EnvironmentConfig } from '../config/environment';
import type { Watched, WatchedServices } from '../datadog/watched';
import type { Identity } from '../identity';

/** What Datadog is to watch of one deployment, by the names that its stacks give. */
export function watchedOf(config: EnvironmentConfig, identity: Identity, mysql: AgentConfig['mysql']): Watched {
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
  return {
    env: identity.env,
    clusterName: identity.clusterName,
    services: Object.fromEntries(rows) as WatchedServices,
    database: { identifier: identity.databaseInstance(config.database.serving), collector: mysql !== 'off' },
  };
}
