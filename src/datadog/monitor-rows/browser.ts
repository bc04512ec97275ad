import type { Queries } from '../queries';
import type { ObservabilityThresholds } from '../thresholds';
import { scaled, span, type MonitorRow } from './row';

const nanosecondsPerSecond = 1e9;

/** What browsers report. */
export function browserRows(queries: Queries, thresholds: ObservabilityThresholds): MonitorRow[] {
  const window = span(thresholds.windows.browserMinutes);
  return [
    {
      id: 'PageErrors',
      title: 'pages: JavaScript errors',
      type: 'rum alert',
      query: `rum("${queries.browser('error')}").rollup("count").last("${window}") >`,
      threshold: thresholds.pageErrors,
      unit: 'errors',
      priority: 3,
      message: {
        means: 'Browsers report errors of our pages.',
        checks: [
          'Which error, on which page: RUM explorer, grouped by @error.message',
          'Did it begin with a release: group Releases',
          'One browser only: group What users feel',
        ],
        runbook: 'page-errors',
      },
    },
    {
      id: 'PageLoad',
      title: 'pages: the largest paint is late',
      type: 'rum alert',
      query: `rum("${queries.browser('view')}").rollup("pc75", "@view.largest_contentful_paint").last("${window}") >`,
      threshold: scaled(thresholds.pageLcpSeconds, nanosecondsPerSecond),
      unit: 'nanoseconds',
      priority: 3,
      message: {
        means: 'One view of four shows its main content too late.',
        checks: [
          'Is the API slow as well: group API',
          'Which pages: slowest pages, group What users feel',
          'One country only: the network between, not us',
        ],
        runbook: 'page-load',
      },
    },
  ];
}
