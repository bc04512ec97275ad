import { environments } from '../config/environments';
import { dashboardBody } from '../datadog/dashboard';
import { Identity, PROJECT } from '../identity';
import { watchedOf } from './watched';

/** The dashboard of production's default workspace, as its stack makes it: what the picture in `docs/` shows. */
export function productionDashboard(): ReturnType<typeof dashboardBody> {
  const { prod } = environments;
  if (prod.datadog.kind !== 'agent')
    throw new Error(`environments.prod.datadog.kind must be agent, got ${prod.datadog.kind}`);
  const identity = new Identity({ project: PROJECT, environment: prod.name, workspace: 'default' });
  return dashboardBody({
    title: identity.name(),
    runbooks: 'docs/runbooks',
    thresholds: prod.datadog.thresholds,
    watched: watchedOf(prod, identity, prod.datadog.mysql),
  });
}
