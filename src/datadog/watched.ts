import type { ServiceIdentity } from '../identity';

/** What is watched, by name alone: nothing here needs to exist before its alarms do. */
export interface Watched {
  readonly env: string;
  readonly clusterName: string;
  readonly services: WatchedServices;
  readonly database: WatchedDatabase;
}

/** Page and API by name, because the dashboard asks for them; any other service beside them. */
export type WatchedServices = Readonly<Record<string, WatchedService>> & {
  readonly frontend: BalancedService;
  readonly backend: BalancedService;
};

export interface WatchedService {
  readonly identity: ServiceIdentity;
  /** The container that does the service's work, such as `backend-container`. */
  readonly container: string;
  readonly minimumTasks: number;

  /** @default - a worker: nobody calls it */
  readonly loadBalancerName?: string;
}

export type BalancedService = WatchedService & { readonly loadBalancerName: string };

export function isBalanced(service: WatchedService): service is BalancedService {
  return service.loadBalancerName !== undefined;
}

export interface WatchedDatabase {
  /** The RDS instance, as `dbinstanceidentifier` names it. */
  readonly identifier: string;

  /**
   * Whether the MySQL collector runs; without it nothing emits `mysql.*`.
   *
   * @default false
   */
  readonly collector?: boolean;
}

/** The service that the browser reports itself as. */
export const browserService = 'cloudpe';

/** The service and the span of every statement that the tracer sees: both follow from the driver (mysqlclient). */
export const databaseService = 'mysql';
export const databaseSpan = 'mysql.query';

/** The span of every request that Flask answers. */
export const webSpan = 'flask.request';

/** Every service that a query may name. */
export function knownServices({ services }: Watched): string[] {
  return [...Object.values(services).map(({ identity }) => identity.service), databaseService, browserService];
}

/** One line for each service that `query` names and nobody emits: such a query would say "no data" for ever. */
export function serviceProblems(field: string, query: string, known: readonly string[]): string[] {
  return [...query.matchAll(/\bservice:([\w$.*-]+)/g)].flatMap(([, service = '']) =>
    known.includes(service)
      ? []
      : [`${field} must name a service out of ${known.join(', ')}, got ${JSON.stringify(service)}`],
  );
}
