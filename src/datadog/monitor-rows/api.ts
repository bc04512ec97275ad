import type { Queries } from '../queries';
import type { ObservabilityThresholds } from '../thresholds';
import type { WatchedService } from '../watched';
import { span, type CompositeRow, type Message, type MonitorRow } from './row';

const failing: Message = {
  means: 'A share of requests that matters fails, with enough traffic to be sure of it.',
  checks: [
    'Which routes and status codes: group API on the dashboard',
    'Did it begin with a new version: group Releases',
    'Do statements fail or wait as well: group MySQL',
  ],
  runbook: 'api-error-rate',
};

/** The API as its traces show it. */
export function apiRows(queries: Queries, backend: WatchedService, thresholds: ObservabilityThresholds): MonitorRow[] {
  const window = `last_${span(thresholds.windows.trafficMinutes)}`;
  return [
    {
      id: 'ApiErrorRate',
      title: 'API: error rate (part of a composite)',
      type: 'query alert',
      query: `sum(${window}):${queries.requestErrors(backend)} / ${queries.requests(backend)} * 100 >`,
      threshold: thresholds.apiErrorPercent,
      unit: 'percent of requests',
      priority: 5,
      silent: true,
      message: failing,
    },
    {
      id: 'ApiTraffic',
      title: 'API: enough requests to judge (part of a composite)',
      type: 'query alert',
      query: `sum(${window}):${queries.requests(backend)} >`,
      threshold: { critical: thresholds.apiMinimumRequests },
      unit: 'requests',
      priority: 5,
      silent: true,
      message: failing,
    },
    {
      id: 'ApiLatency',
      title: 'API: p95 latency is high',
      type: 'query alert',
      query: `percentile(${window}):${queries.latency(backend, 'p95')} >`,
      threshold: thresholds.apiP95Seconds,
      unit: 'seconds',
      priority: 2,
      message: {
        means: 'One request of twenty takes longer than users wait for.',
        checks: [
          'Do statements take longer as well: group MySQL',
          'Has the task CPU to spare: group Containers',
          'A slow trace of the service: where does its time go',
        ],
        runbook: 'api-latency',
      },
    },
    {
      id: 'CreateFailing',
      title: 'POST /create fails',
      type: 'query alert',
      query: `sum(${window}):${queries.createErrors()} >`,
      threshold: thresholds.createErrors,
      unit: 'failed requests',
      priority: 1,
      message: {
        means: 'Users lose what they write.',
        checks: [
          'A failed trace of POST /create: its error and its SQL spans',
          'Statement errors, group MySQL',
          'Free storage, group Database instance',
        ],
        runbook: 'create-failing',
      },
    },
    {
      id: 'TrafficAnomaly',
      title: 'API: traffic is not what it usually is',
      type: 'query alert',
      query:
        `avg(last_4h):anomalies(${queries.requests(backend)}, 'agile', ${thresholds.trafficDeviations}, ` +
        `direction='both', alert_window='last_30m', interval=60, count_default_zero='true', seasonality='weekly') >=`,
      threshold: { critical: 1 },
      unit: 'share of abnormal points',
      priority: 4,
      anomalyWindow: 'last_30m',
      message: {
        means: 'There are far more or far fewer requests than at this hour of other weeks.',
        checks: [
          'More: which routes, group API; fewer: do pages answer at all',
          'Is a campaign, a test or a holiday the reason',
          'Requests at the frontend balancer: is the loss before or behind it',
        ],
        runbook: 'traffic-anomaly',
      },
    },
  ];
}

/** Alerts of which one alone would say too little. */
export function apiCompositeRows(): CompositeRow[] {
  return [
    {
      id: 'ApiFailing',
      title: 'API: too many requests fail',
      allOf: ['ApiErrorRate', 'ApiTraffic'],
      priority: 1,
      message: failing,
    },
  ];
}
