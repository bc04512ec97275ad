import type { Run, RunResult } from '../../src/local/run';

export type Answer = Partial<RunResult>;

/**
 * A `Run` that starts nothing: the first key that the command line contains gives the answer (a list gives one after the
 * other, the last one for ever); what no key matches succeeds silently.
 */
export function scripted(answers: Record<string, Answer | Answer[]>): { run: Run; commands: string[] } {
  const commands: string[] = [];
  const run: Run = (command, args) => {
    const line = [command, ...args].join(' ');
    commands.push(line);
    const key = Object.keys(answers).find((candidate) => line.includes(candidate));
    const found = key === undefined ? {} : (answers[key] ?? {});
    const answer = Array.isArray(found) ? ((found.length > 1 ? found.shift() : found[0]) ?? {}) : found;
    const failed = answer.failed ?? false;
    return Promise.resolve({ exitCode: failed ? 1 : 0, failed, timedOut: false, stdout: '', stderr: '', ...answer });
  };
  return { run, commands };
}
