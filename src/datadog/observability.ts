import { Construct } from 'constructs';
import { Dashboard } from './dashboard';
import type { MonitorRow } from './monitor-rows/row';
import { monitorRows } from './monitor-rows/rows';
import { Monitors } from './monitors';
import { refuse } from './problems';
import { monitorScope, Queries } from './queries';
import { recipientProblems, type Recipients } from './recipients';
import { Rum } from './rum';
import { siteProblems } from './site';
import { Slos } from './slos';
import { Synthetics } from './synthetics';
import { thresholdProblems, type ObservabilityThresholds } from './thresholds';
import { knownServices, serviceProblems, type Watched } from './watched';

export interface ObservabilityProps {
  /** The deployment's name in front of what Datadog lists, such as `cloudpe-default-test`. */
  readonly name: string;
  readonly site: string;
  readonly watched: Watched;
  readonly notify: Recipients;
  readonly thresholds: ObservabilityThresholds;

  /**
   * Monitors that only this deployment has.
   *
   * @default - the standard set alone
   */
  readonly monitors?: readonly MonitorRow[];

  /**
   * Where users come in, without a slash at its end.
   *
   * @default - no synthetic test: Datadog could not reach the page
   */
  readonly publicUrl?: string;

  /**
   * Where the runbooks are, as a reader of an alert finds them.
   *
   * @default 'docs/runbooks'
   */
  readonly runbooks?: string;

  /**
   * Whether a plan asks Datadog to check each query. It needs a key and a network at review time.
   *
   * @default false
   */
  readonly validateQueries?: boolean;
}

/** Everything that watches one deployment; it needs names, so it can be deployed before what it watches. */
export class Observability extends Construct {
  /** What the page needs to report to this deployment's RUM application. */
  public readonly rum: { readonly applicationId: string; readonly clientToken: string };

  public constructor(scope: Construct, id: string, props: ObservabilityProps) {
    refuse(problems(props));
    super(scope, id);
    const { watched, thresholds, notify, runbooks = 'docs/runbooks', validateQueries = false } = props;
    const alerting = { env: watched.env, notify, runbooks, validate: validateQueries };
    const rum = new Rum(this, 'Rum', {
      name: props.name,
      queries: new Queries(watched, monitorScope(watched)),
      pageLoadSeconds: thresholds.objectives.pageLoadSeconds,
    });
    this.rum = { applicationId: rum.applicationId, clientToken: rum.clientToken };
    new Dashboard(this, 'Dashboard', { title: props.name, watched, thresholds, runbooks });
    new Monitors(this, 'Monitors', { ...alerting, watched, thresholds, more: props.monitors });
    new Slos(this, 'Slos', {
      ...alerting,
      watched,
      objectives: thresholds.objectives,
      pageViews: { all: rum.pageViews, fast: rum.fastPageViews },
    });
    if (props.publicUrl !== undefined) new Synthetics(this, 'Synthetics', { ...alerting, publicUrl: props.publicUrl });
  }
}

/** Everything wrong with the props, one line each: field, rule, value. */
function problems({ site, notify, thresholds, watched, publicUrl, monitors = [] }: ObservabilityProps): string[] {
  const services = Object.entries(watched.services);
  const known = knownServices(watched);
  return [
    ...siteProblems('site', site),
    ...recipientProblems('notify', notify),
    ...thresholdProblems(thresholds),
    ...services.flatMap(([tier, { identity, minimumTasks }]) => [
      ...(Number.isInteger(minimumTasks) && minimumTasks >= 0
        ? []
        : [`watched.services.${tier}.minimumTasks must be a whole number of at least 0, got ${minimumTasks}`]),
      ...(identity.env === watched.env
        ? []
        : [`watched.services.${tier}.identity.env must be ${watched.env}, got ${JSON.stringify(identity.env)}`]),
    ]),
    ...[...monitorRows(watched, thresholds), ...monitors].flatMap(({ id, query }) =>
      serviceProblems(`monitor ${id}`, query, known),
    ),
    ...(publicUrl === undefined || /^https?:\/\/[^/]+$/.test(publicUrl)
      ? []
      : [`publicUrl must be an http or https address without a path, got ${JSON.stringify(publicUrl)}`]),
  ];
}
