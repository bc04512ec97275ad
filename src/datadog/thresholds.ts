import { percentProblems, positiveProblems } from './problems';

/** When a monitor warns and when it alerts, in the unit that the field's name carries. */
export interface Threshold {
  readonly warning: number;
  readonly critical: number;
}

/** What an environment tolerates: one row of plain data, every unit in the field's name. */
export interface ObservabilityThresholds {
  readonly taskMemoryPercent: Threshold;
  readonly taskCpuPercent: Threshold;

  readonly apiErrorPercent: Threshold;
  /** Fewer requests than this in the window, and the error rate says nothing: one failure of two is not an outage. */
  readonly apiMinimumRequests: number;
  readonly apiP95Seconds: Threshold;
  readonly createErrors: Threshold;
  /** How many deviations from the usual traffic of this hour and weekday count as abnormal. */
  readonly trafficDeviations: number;
  readonly balancerErrors: Threshold;

  readonly databaseErrors: Threshold;
  readonly databaseP95Seconds: Threshold;
  readonly databaseConnectionsPercent: Threshold;
  readonly databaseCpuPercent: Threshold;
  /** Falling is bad: warning is the greater number. */
  readonly databaseFreeStorageGiB: Threshold;

  readonly pageErrors: Threshold;
  readonly pageLcpSeconds: Threshold;

  readonly windows: EvaluationWindows;
  readonly objectives: Objectives;
}

/** How far back monitors look, in minutes. Low traffic wants longer windows: a percentile of three requests is noise. */
export interface EvaluationWindows {
  readonly trafficMinutes: number;
  readonly resourceMinutes: number;
  readonly browserMinutes: number;
}

/** What the owners promise over `timeframe`. */
export interface Objectives {
  readonly timeframe: '7d' | '30d' | '90d';
  readonly availabilityPercent: number;
  readonly latencyPercent: number;
  /** A five-minute slice is good when its p95 is below this. */
  readonly latencySeconds: number;
  readonly pageLoadPercent: number;
  /** A page view is good when its largest paint comes earlier than this. */
  readonly pageLoadSeconds: number;
}

const rising = [
  'taskMemoryPercent',
  'taskCpuPercent',
  'apiErrorPercent',
  'apiP95Seconds',
  'createErrors',
  'balancerErrors',
  'databaseErrors',
  'databaseP95Seconds',
  'databaseConnectionsPercent',
  'databaseCpuPercent',
  'pageErrors',
  'pageLcpSeconds',
] as const;

/** The windows that Datadog's monitors accept (https://docs.datadoghq.com/api/latest/monitors/). */
const windowMinutes = [1, 5, 10, 15, 30, 60, 120, 240];

/** One line for each broken rule: field, rule, value. */
export function thresholdProblems(thresholds: ObservabilityThresholds): string[] {
  const { databaseFreeStorageGiB: free, windows, objectives } = thresholds;
  return [
    ...rising.flatMap((field) => {
      const { warning, critical } = thresholds[field];
      return [
        ...positiveProblems(`thresholds.${field}.warning`, warning),
        ...positiveProblems(`thresholds.${field}.critical`, critical),
        ...(warning < critical
          ? []
          : [`thresholds.${field}.warning must be less than critical ${critical}, got ${warning}`]),
      ];
    }),
    ...positiveProblems('thresholds.databaseFreeStorageGiB.critical', free.critical),
    ...(free.warning > free.critical
      ? []
      : [
          `thresholds.databaseFreeStorageGiB.warning must be greater than critical ${free.critical}, got ${free.warning}`,
        ]),
    ...positiveProblems('thresholds.apiMinimumRequests', thresholds.apiMinimumRequests),
    ...positiveProblems('thresholds.trafficDeviations', thresholds.trafficDeviations),
    ...(['trafficMinutes', 'resourceMinutes', 'browserMinutes'] as const).flatMap((field) =>
      windowMinutes.includes(windows[field])
        ? []
        : [`thresholds.windows.${field} must be one of ${windowMinutes.join(', ')}, got ${windows[field]}`],
    ),
    ...(['availabilityPercent', 'latencyPercent', 'pageLoadPercent'] as const).flatMap((field) =>
      percentProblems(`thresholds.objectives.${field}`, objectives[field]),
    ),
    ...(['latencySeconds', 'pageLoadSeconds'] as const).flatMap((field) =>
      positiveProblems(`thresholds.objectives.${field}`, objectives[field]),
    ),
  ];
}
