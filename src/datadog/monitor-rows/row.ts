import type { Threshold } from '../thresholds';

/** One monitor, as data: what it asks, when it speaks, and what its reader should do. */
export interface MonitorRow {
  readonly id: string;
  readonly title: string;
  readonly type: 'query alert' | 'service check' | 'rum alert';

  /** The condition without its limit: `avg(last_15m):… >`. */
  readonly query: string;
  readonly threshold: Limits;
  readonly unit: string;
  readonly message: Message;

  /** 1 wakes somebody; 5 is for the record. */
  readonly priority: 1 | 2 | 3 | 4 | 5;

  /** Part of a composite: it speaks to nobody itself. */
  readonly silent?: boolean;

  /** @default 'default' - a count without data is zero, everything else keeps its last state */
  readonly missingData?: 'show_and_notify_no_data';

  /** Set for service checks, which have no `missingData`. */
  readonly noDataMinutes?: number;

  /** @default - the monitor asks for no anomaly */
  readonly anomalyWindow?: string;

  /** @default 0 - CloudWatch's numbers arrive late, and ask for more */
  readonly delaySeconds?: number;
}

export interface Limits {
  readonly critical: number;
  /** @default - the monitor only alerts */
  readonly warning?: number;
  /** For service checks: how many good answers recover. */
  readonly ok?: number;
}

export interface Message {
  readonly means: string;
  readonly checks: readonly [string, string, string];
  /** The file under `docs/runbooks/`, without its ending. */
  readonly runbook: string;
}

/** Alerts only when all of its parts do. */
export interface CompositeRow {
  readonly id: string;
  readonly title: string;
  readonly allOf: readonly [string, string];
  readonly message: Message;
  readonly priority: 1 | 2 | 3 | 4 | 5;
}

/** CloudWatch's metrics reach Datadog ten minutes late or more; five to spare. */
export const cloudWatchDelaySeconds = 900;

/** Datadog's spelling of a window: `10m`, `1h`. */
export function span(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

/** The same limits in another unit. */
export function scaled({ warning, critical }: Threshold, factor: number): Threshold {
  return { warning: Math.round(warning * factor), critical: Math.round(critical * factor) };
}

/** `backend-service` as a construct id: `BackendService`. */
export function pascal(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
