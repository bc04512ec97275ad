import { monitorScope, Queries } from '../queries';
import type { ObservabilityThresholds } from '../thresholds';
import { isBalanced, type Watched } from '../watched';
import { apiRows } from './api';
import { balancerRows } from './balancer';
import { browserRows } from './browser';
import { containerRows } from './container';
import { databaseRows } from './database';
import type { MonitorRow } from './row';

/** Every monitor of one deployment that asks something itself. */
export function monitorRows(watched: Watched, thresholds: ObservabilityThresholds): MonitorRow[] {
  const queries = new Queries(watched, monitorScope(watched));
  const services = Object.values(watched.services);
  return [
    ...containerRows(queries, watched, thresholds),
    ...services.filter(isBalanced).flatMap((tier) => balancerRows(queries, tier, thresholds)),
    ...apiRows(queries, watched.services.backend, thresholds),
    ...databaseRows(queries, watched, thresholds),
    ...browserRows(queries, thresholds),
  ];
}
