import {
  buildEmulator,
  databaseIsLost,
  isCurrent,
  runningEmulator,
  startEmulator,
  type RunningEmulator,
} from './emulator-container';
import { StepError } from './logged';
import { withMachineLock } from './machine-lock';
import { buildReporter, type StepTask } from './progress';
import { run } from './run';
import type { LocalSettings } from './settings';
import type { Stacks } from './stacks';

export interface EnsureEmulatorProps {
  readonly settings: LocalSettings;
  readonly stacks: Pick<Stacks, 'wasApplied'>;

  /** The workspaces that would lose their notes if the emulator started anew. */
  readonly others: () => Promise<readonly string[]>;
}

/**
 * The emulator that runs, or a new one where none does or where it lost this workspace's database.
 *
 * @throws StepError when the database is lost and other workspaces are served, or when a new emulator does not answer
 */
export async function ensureEmulator(
  { settings, stacks, others }: EnsureEmulatorProps,
  task: StepTask,
): Promise<RunningEmulator & { readonly started: boolean }> {
  return withMachineLock('emulator', async () => {
    const running = await runningEmulator(run);
    const lost =
      running !== undefined &&
      stacks.wasApplied('foundation', running.incarnation) &&
      (await databaseIsLost(run, settings.identity.name('database')));
    if (running && !lost) {
      await buildEmulator(settings, buildReporter(task));
      const renewed = (await isCurrent(run)) ? '' : '; its source has changed since: npm run down, then up, renews it';
      task.skip(`Start the emulator: it runs${renewed}`);
      return { ...running, started: false };
    }
    if (lost) {
      const losers = await others();
      if (losers.length > 0) throw new StepError(lostBeside(losers));
      task.output = 'the database was removed behind our back: everything starts anew';
    }
    await buildEmulator(settings, buildReporter(task));
    return { ...(await startEmulator(run, settings)), started: true };
  });
}

function lostBeside(others: readonly string[]): string {
  return `the database was removed behind our back, and to start anew would take the notes of ${others.join(', ')} too: npm run down, then npm run up, makes another one for this workspace alone`;
}
