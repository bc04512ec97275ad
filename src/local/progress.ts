import { ListrLogger, ListrLogLevels, PRESET_TIMER, type ListrTaskWrapper } from 'listr2';
import type { Reporter } from './run';

/** The task of one step, whatever the steps hand on. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- listr2 types a task by its renderer, which is chosen at run time
export type StepTask = ListrTaskWrapper<any, any, any>;

type LogOptions = Parameters<ListrLogger<ListrLogLevels>['log']>[2];

/**
 * A plain log says everything once: why a step failed is said at the end, by whoever ran the steps, and the reason for
 * skipping one is a sentence of its own.
 */
class PlainLogger extends ListrLogger<ListrLogLevels> {
  public constructor() {
    super({ useIcons: true, toStderr: [ListrLogLevels.FAILED] });
  }

  public override log(level: ListrLogLevels, message: string, options?: LogOptions): void {
    if (level === ListrLogLevels.FAILED) super.log(level, message);
    else if (level === ListrLogLevels.SKIPPED) super.log(level, skipReason(options) ?? message);
    else super.log(level, message, options);
  }
}

function skipReason(options: LogOptions): string | undefined {
  const suffix = options?.suffix;
  if (suffix === undefined || typeof suffix === 'string' || Array.isArray(suffix)) return undefined;
  return typeof suffix.field === 'string' ? suffix.field.replace(/^SKIPPED: /, '') : undefined;
}

/** Steps with their durations: redrawn on a terminal, one line each in a plain log. */
export const listrOptions = {
  // Listr would end the process at the first Ctrl-C; `interruption.ts` lets Terraform finish.
  registerSignalListeners: false,
  rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
  fallbackRendererOptions: { timer: PRESET_TIMER, logger: new PlainLogger() },
} as const;

/** Shows lines under the step that they belong to. */
export function reporter(task: StepTask): Reporter {
  return (line) => {
    task.output = line;
  };
}

/** Of a `docker build`, only the steps: the rest is in the log file. */
export function buildReporter(task: StepTask): Reporter {
  return (line) => {
    if (/^(Step \d|#\d+ \[)/.test(line)) task.output = line;
  };
}
