import { Identity, PROJECT } from '../identity';
import type { DashboardProps } from './dashboard';
import { defaultThresholds } from './thresholds';

/** The dashboard of production's default workspace: what the picture in `docs/` shows. */
export function exampleDashboard(): DashboardProps {
  const identity = new Identity({ project: PROJECT, environment: 'prod', workspace: 'default' });
  const tier = (name: string) => ({
    identity: identity.service(name),
    container: `${name}-container`,
    minimumTasks: 2,
    loadBalancerName: identity.shortName(32, name),
  });
  return {
    title: identity.name(),
    runbooks: 'docs/runbooks',
    thresholds: defaultThresholds,
    watched: {
      env: identity.env,
      clusterName: identity.clusterName,
      services: { frontend: tier('frontend'), backend: tier('backend') },
      database: { identifier: identity.name('database'), collector: true },
    },
  };
}
