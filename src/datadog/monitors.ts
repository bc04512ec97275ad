import { Monitor, type MonitorConfig } from '@cdktf/provider-datadog/lib/monitor';
import { Construct } from 'constructs';
import { apiCompositeRows } from './monitor-rows/api';
import type { Message, MonitorRow } from './monitor-rows/row';
import { monitorRows } from './monitor-rows/rows';
import type { Recipients } from './recipients';
import type { ObservabilityThresholds } from './thresholds';
import type { Watched } from './watched';

/** What every monitor of an environment shares. */
export interface AlertingProps {
  readonly env: string;
  readonly notify: Recipients;
  readonly runbooks: string;

  /**
   * Whether a plan asks Datadog to check each query. It needs a key and a network at review time.
   *
   * @default false
   */
  readonly validate?: boolean;
}

export interface MonitorsProps extends AlertingProps {
  readonly watched: Watched;
  readonly thresholds: ObservabilityThresholds;

  /** @default - the standard set alone */
  readonly more?: readonly MonitorRow[];
}

/** Wakes people for what users feel, and tells them what to look at first. */
export class Monitors extends Construct {
  public constructor(scope: Construct, id: string, props: MonitorsProps) {
    super(scope, id);
    const parts = new Map<string, Monitor>();
    for (const row of [...monitorRows(props.watched, props.thresholds), ...(props.more ?? [])]) {
      parts.set(row.id, new Monitor(this, row.id, alert(row, props)));
    }
    for (const { id: rowId, title, allOf, message, priority } of apiCompositeRows()) {
      const ids = allOf.map((part) => found(parts, part).id);
      new Monitor(this, rowId, {
        ...shared(title, message, priority, props),
        type: 'composite',
        query: ids.join(' && '),
      });
    }
  }
}

/** What is the same in every monitor, whatever it asks. Priorities 1 and 2 go to the pager. */
export function shared(
  title: string,
  message: Message,
  priority: MonitorRow['priority'],
  { env, notify, runbooks, validate = false }: AlertingProps,
  silent = false,
): Omit<MonitorConfig, 'query' | 'type'> {
  const pages = priority <= 2;
  const recipients = silent ? [] : pages ? notify.page : notify.ticket;
  return {
    name: `[${env}] ${title}`,
    message: text(message, runbooks, recipients),
    priority: String(priority),
    tags: tags(env, message.runbook),
    includeTags: true,
    // An alert that nobody answered is said again: every hour for the pager, once a day for tickets.
    ...(!silent && { renotifyInterval: pages ? 60 : 1440, renotifyStatuses: ['alert'] }),
    // A monitor that an SLO or a composite uses could not be deleted otherwise.
    forceDelete: true,
    validate,
  };
}

/** Sorted, as Datadog returns them. */
export function tags(env: string, runbook?: string): string[] {
  return [`env:${env}`, 'managed-by:cdktf', ...(runbook === undefined ? [] : [`runbook:${runbook}`])];
}

function alert(row: MonitorRow, props: AlertingProps): MonitorConfig {
  const { critical, warning, ok } = row.threshold;
  return {
    ...shared(row.title, row.message, row.priority, props, row.silent),
    type: row.type,
    query: row.type === 'service check' ? row.query : `${row.query} ${critical}`,
    monitorThresholds: {
      critical: String(critical),
      ...(warning !== undefined && { warning: String(warning) }),
      ...(ok !== undefined && { ok: String(ok) }),
      ...(row.anomalyWindow !== undefined && { criticalRecovery: '0' }),
    },
    ...(row.anomalyWindow !== undefined && {
      monitorThresholdWindows: { triggerWindow: row.anomalyWindow, recoveryWindow: row.anomalyWindow },
    }),
    ...(row.noDataMinutes === undefined
      ? { onMissingData: row.missingData ?? 'default' }
      : { notifyNoData: true, noDataTimeframe: row.noDataMinutes }),
    // Low traffic leaves gaps: a window need not be full to be judged.
    requireFullWindow: false,
    ...(row.delaySeconds !== undefined && { evaluationDelay: row.delaySeconds }),
  };
}

function text({ means, checks, runbook }: Message, runbooks: string, recipients: readonly string[]): string {
  return [
    means,
    '',
    'First:',
    ...checks.map((check, index) => `${index + 1}. ${check}`),
    '',
    `Runbook: ${runbooks}/${runbook}.md`,
    ...(recipients.length === 0 ? [] : ['', recipients.join(' ')]),
  ].join('\n');
}

function found(parts: ReadonlyMap<string, Monitor>, id: string): Monitor {
  const part = parts.get(id);
  if (part === undefined)
    throw new Error(`a composite must name monitors out of ${[...parts.keys()].join(', ')}, got ${id}`);
  return part;
}
