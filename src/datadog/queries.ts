import {
  browserService,
  databaseService,
  databaseSpan,
  webSpan,
  type BalancedService,
  type Watched,
  type WatchedService,
} from './watched';

/** How a query finds this deployment: by template variables on a dashboard, by tags in a monitor. */
export interface Scope {
  readonly env: string;
  readonly cluster: string;
}

export const dashboardScope: Scope = { env: '$env', cluster: '$cluster_name' };

export function monitorScope({ env, clusterName }: Watched): Scope {
  return { env: `env:${env}`, cluster: `cluster_name:${clusterName}` };
}

/** As in Datadog's metric tag `resource_name`: lower case, `_` for a blank. */
export const createResource = 'post_/create';

type Percentile = 'p50' | 'p75' | 'p95' | 'p99';

const sidecars = '!ecs_container_name:datadog-agent,!ecs_container_name:datadog-log-router';

/** Every metric that is asked for, in one place: dashboard, monitors and SLOs word no query of their own. */
export class Queries {
  public constructor(
    private readonly watched: Watched,
    private readonly scope: Scope,
  ) {}

  public requests(tier: WatchedService): string {
    return `sum:trace.${webSpan}.hits{${this.web(tier)}}.as_count()`;
  }

  public requestErrors(tier: WatchedService): string {
    return `sum:trace.${webSpan}.errors{${this.web(tier)}}.as_count()`;
  }

  public requestsByStatus(tier: WatchedService): string {
    return `sum:trace.${webSpan}.hits.by_http_status{${this.web(tier)}} by {http.status_code}.as_count()`;
  }

  public requestsByVersion(tier: WatchedService): string {
    return `sum:trace.${webSpan}.hits{${this.web(tier)}} by {version}.as_count()`;
  }

  public requestsByResource(tier: WatchedService): string {
    return `sum:trace.${webSpan}.hits{${this.web(tier)}} by {resource_name}.as_count()`;
  }

  public latency(tier: WatchedService, aggregator: Percentile | 'avg'): string {
    return `${aggregator}:trace.${webSpan}{${this.web(tier)}}`;
  }

  public creates(): string {
    return `sum:trace.${webSpan}.hits{${this.create()}}.as_count()`;
  }

  public createErrors(): string {
    return `sum:trace.${webSpan}.errors{${this.create()}}.as_count()`;
  }

  public createLatency(aggregator: Percentile | 'avg'): string {
    return `${aggregator}:trace.${webSpan}{${this.create()}}`;
  }

  public statements(): string {
    return `sum:trace.${databaseSpan}.hits{${this.database()}}.as_count()`;
  }

  public statementErrors(): string {
    return `sum:trace.${databaseSpan}.errors{${this.database()}}.as_count()`;
  }

  public statementLatency(aggregator: Percentile | 'avg'): string {
    return `${aggregator}:trace.${databaseSpan}{${this.database()}}`;
  }

  /** What the MySQL collector sends. */
  public mysql(metric: string): string {
    return `avg:mysql.${metric}{${this.scope.env}}`;
  }

  /** What CloudWatch says of the database instance. */
  public rds(metric: string): string {
    return `avg:aws.rds.${metric}{dbinstanceidentifier:${this.watched.database.identifier}}`;
  }

  public runningContainers(): string {
    return `count_not_null(sum:container.uptime{${this.containers()}} by {container_id})`;
  }

  /** One series a container: `count_not_null` over it counts them. */
  public containerUptime(): string {
    return `sum:container.uptime{${this.containers()}} by {container_id}`;
  }

  /** Falls to zero when a container is replaced: Fargate has no count of restarts. */
  public youngestContainer(): string {
    return `min:container.uptime{${this.containers()}} by {ecs_container_name}`;
  }

  public runningContainersOf({ container }: WatchedService): string {
    const scope = `${this.scope.cluster},ecs_container_name:${container}`;
    return `count_not_null(sum:container.uptime{${scope}} by {container_id})`;
  }

  public reportingTasks(): string {
    return `count_nonzero(avg:ecs.fargate.cpu.user{${this.scope.cluster}} by {task_arn})`;
  }

  public memoryPerContainer(): string {
    return `avg:ecs.fargate.mem.usage{${this.containers()}} by {ecs_container_name}`;
  }

  public memoryPerCluster(): string {
    return `avg:ecs.fargate.mem.usage{${this.containers()}} by {cluster_name}`;
  }

  public cpuPerContainer(): string {
    return `avg:ecs.fargate.cpu.percent{${this.containers()}} by {ecs_container_name}`;
  }

  public taskMemoryPercent(): string {
    return this.ofLimit('mem.usage', 'mem.task.limit');
  }

  public taskCpuPercent(): string {
    return this.ofLimit('cpu.usage', 'cpu.task.limit');
  }

  public desiredTasks(): string {
    return `avg:aws.ecs.service.desired{clustername:${this.watched.clusterName}} by {servicename}`;
  }

  public runningTasks(): string {
    return `avg:aws.ecs.service.running{clustername:${this.watched.clusterName}} by {servicename}`;
  }

  public balancerRequests(tier: BalancedService): string {
    return `sum:aws.applicationelb.request_count{${balancer(tier)}}.as_count()`;
  }

  public balancerErrors(tier: BalancedService): string {
    return `sum:aws.applicationelb.httpcode_elb_5xx{${balancer(tier)}}.as_count()`;
  }

  public targetErrors(tier: BalancedService): string {
    return `sum:aws.applicationelb.httpcode_target_5xx{${balancer(tier)}}.as_count()`;
  }

  public unhealthyTargets(tier: BalancedService): string {
    return `max:aws.applicationelb.un_healthy_host_count.maximum{${balancer(tier)}}`;
  }

  /** A search over what browsers sent; `type` is the kind of event, `more` narrows it. Synthetic visits are left out. */
  public browser(type: 'session' | 'view' | 'action' | 'error' | 'resource', more?: string): string {
    const search = `@type:${type} @session.type:user service:${browserService} ${this.scope.env}`;
    return more === undefined ? search : `${search} ${more}`;
  }

  private web({ identity }: WatchedService): string {
    return `${this.scope.env},service:${identity.service}`;
  }

  private create(): string {
    return `${this.web(this.watched.services.backend)},resource_name:${createResource}`;
  }

  private database(): string {
    return `${this.scope.env},service:${databaseService}`;
  }

  private containers(): string {
    return `${this.scope.env},${this.scope.cluster},${sidecars}`;
  }

  private ofLimit(usage: string, limit: string): string {
    const by = `{${this.scope.cluster}} by {ecs_service,task_arn}`;
    return `sum:ecs.fargate.${usage}${by} / sum:ecs.fargate.${limit}${by} * 100`;
  }
}

/** CloudWatch names a balancer `app/<name>/<id>`, and the id is known only after it exists. */
function balancer({ loadBalancerName }: BalancedService): string {
  return `loadbalancer:app/${loadBalancerName}/*`;
}
