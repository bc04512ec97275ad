import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

/** Tells the person at the terminal one thing, in one line. */
export type Reporter = (line: string) => void;

export interface RunOptions {
  /** @default - the current folder */
  readonly cwd?: string;
  /** Variables on top of the inherited ones. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** False: the program sees `env` alone. @default true */
  readonly extendEnv?: boolean;
  /** Text for standard input. @default - no input */
  readonly input?: string;
  /** Stop the program after so many milliseconds. @default - never */
  readonly timeout?: number;
}

export interface RunResult {
  /** Undefined when the program did not start or was killed. */
  readonly exitCode?: number | undefined;
  /** `ENOENT` when there is no such program. */
  readonly code?: string | undefined;
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; a failure is a result, not an exception. Tests pass a function of their own. */
export type Run = (command: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

export const run: Run = async (command, args, { input, ...options } = {}) =>
  execa(command, args, {
    ...options,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    reject: false,
  });

/** A program in the background. */
export interface Started {
  /** False once it has ended, or when it could not be started. */
  readonly alive: () => boolean;
}

/** Starts a program that outlives this process, its output in `logFile`. */
export type Start = (command: string, args: readonly string[], logFile: string) => Started;

export const start: Start = (command, args, logFile) => {
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    // Node's own spawn: execa's types take no file descriptor, and a stream would end with this process.
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] });
    child.on('error', () => undefined); // `alive` says it
    child.unref();
    return { alive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null };
  } finally {
    closeSync(log);
  }
};

/** The last lines of what a failed program said, for an error message. */
export function lastWords(result: RunResult, lines = 4): string {
  if (result.code === 'ENOENT') return 'the program is not installed';
  const words = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-lines).join('\n').trim();
  const reason = words === '' ? `exit code ${String(result.exitCode)}` : words;
  return result.timedOut ? `no end in time; ${reason}` : reason;
}
