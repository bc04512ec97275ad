import { Monitor } from '@cdktf/provider-datadog/lib/monitor';
import {
  ServiceLevelObjective,
  type ServiceLevelObjectiveConfig,
} from '@cdktf/provider-datadog/lib/service-level-objective';
import { Construct } from 'constructs';
import { shared, tags, type AlertingProps } from './monitors';
import { monitorScope, Queries } from './queries';
import type { Objectives } from './thresholds';
import type { Watched } from './watched';

export interface SlosProps extends AlertingProps {
  readonly watched: Watched;
  readonly objectives: Objectives;

  /** How many page views there were and how many of them were fast enough. */
  readonly pageViews: { readonly all: string; readonly fast: string };
}

interface Promise {
  readonly id: string;
  readonly title: string;
  readonly target: number;
  readonly spec: Pick<ServiceLevelObjectiveConfig, 'type' | 'query' | 'sliSpecification'>;
}

interface BurnRate {
  readonly id: string;
  readonly rate: number;
  readonly longWindow: string;
  readonly shortWindow: string;
  readonly priority: 1 | 3;
  readonly words: string;
}

/**
 * How fast the budget burns: 14.4 for an hour spends 2 % of a 30-day budget, 6 for six hours 5 %.
 * The short window lets the alert end soon after the cause does (Google, The Site Reliability Workbook, chapter 5).
 */
const burnRates: readonly BurnRate[] = [
  { id: 'Fast', rate: 14.4, longWindow: '1h', shortWindow: '5m', priority: 1, words: 'fast' },
  { id: 'Slow', rate: 6, longWindow: '6h', shortWindow: '30m', priority: 3, words: 'steadily' },
];

/** What the owners promise, and the alerts that say the promise is about to break. */
export class Slos extends Construct {
  public constructor(scope: Construct, id: string, props: SlosProps) {
    super(scope, id);
    const { timeframe } = props.objectives;
    for (const promise of promises(props)) {
      const slo = new ServiceLevelObjective(this, promise.id, {
        name: `[${props.env}] ${promise.title}`,
        description: `Runbook: ${props.runbooks}/error-budget.md`,
        ...promise.spec,
        thresholds: [{ timeframe, target: promise.target, warning: halfway(promise.target) }],
        timeframe,
        targetThreshold: promise.target,
        warningThreshold: halfway(promise.target),
        tags: tags(props.env),
        forceDelete: true,
        // Only SLOs over monitors are checked at plan time; these are not, and say so.
        validate: props.validate ?? false,
      });
      for (const burn of burnRates) {
        new Monitor(this, `${promise.id}Burn${burn.id}`, {
          ...shared(`${promise.title}: budget burns ${burn.words}`, message(promise.title, burn), burn.priority, props),
          type: 'slo alert',
          query:
            `burn_rate("${slo.id}").over("${timeframe}")` +
            `.long_window("${burn.longWindow}").short_window("${burn.shortWindow}") > ${burn.rate}`,
          monitorThresholds: { critical: String(burn.rate) },
        });
      }
    }
  }
}

function promises({ watched, objectives, pageViews }: SlosProps): Promise[] {
  const queries = new Queries(watched, monitorScope(watched));
  const { backend } = watched.services;
  return [
    {
      id: 'Availability',
      title: 'API answers without an error',
      target: objectives.availabilityPercent,
      spec: {
        type: 'metric',
        query: {
          numerator: `${queries.requests(backend)} - ${queries.requestErrors(backend)}`,
          denominator: queries.requests(backend),
        },
      },
    },
    {
      id: 'Latency',
      title: `API answers within ${objectives.latencySeconds} s`,
      target: objectives.latencyPercent,
      spec: {
        type: 'time_slice',
        sliSpecification: {
          timeSlice: {
            comparator: '<',
            threshold: objectives.latencySeconds,
            queryIntervalSeconds: 300,
            query: {
              formula: { formulaExpression: 'query1' },
              query: [
                {
                  metricQuery: { name: 'query1', dataSource: 'metrics', query: queries.latency(backend, 'p95') },
                },
              ],
            },
          },
        },
      },
    },
    {
      id: 'PageLoad',
      title: `pages show their content within ${objectives.pageLoadSeconds} s`,
      target: objectives.pageLoadPercent,
      spec: { type: 'metric', query: { numerator: pageViews.fast, denominator: pageViews.all } },
    },
  ];
}

function message(title: string, { rate, longWindow, shortWindow }: BurnRate) {
  return {
    means: `"${title}" loses its error budget ${rate} times faster than it may, over ${longWindow} and over ${shortWindow}.`,
    checks: [
      'Which monitor alerts as well: group Promises and alarms',
      'Did it begin with a release: group Releases',
      'How much budget is left: the SLO itself',
    ] as const,
    runbook: 'error-budget',
  };
}

/** Warns when half of the allowed failures are left. */
function halfway(target: number): number {
  return Number((target + (100 - target) / 2).toFixed(4));
}
