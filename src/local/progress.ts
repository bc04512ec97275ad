import { PRESET_TIMER, type ListrTaskWrapper } from 'listr2';
import type { Reporter } from './run';

/** The task of one step, whatever the steps hand on. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- listr2 types a task by its renderer, which is chosen at run time
export type StepTask = ListrTaskWrapper<any, any, any>;

/** Steps with their durations: redrawn on a terminal, one line each in a plain log. */
export const listrOptions = {
  rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
  fallbackRendererOptions: { timer: PRESET_TIMER },
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
