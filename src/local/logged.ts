import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { guard, isInterrupted } from './interruption';

/** A step of `up` or `down` that failed: what went wrong, and where to read more. */
export class StepError extends Error {
  public override readonly name = 'StepError';
}

export interface LoggedProps {
  /** Names the log file. */
  readonly name: string;
  readonly logFolder: string;
  readonly cwd: string;

  /** Variables on top of the inherited ones. */
  readonly env?: Readonly<Record<string, string | undefined>>;

  /** Hears every line, without colours. */
  readonly onLine?: (line: string) => void;

  /** Standard input. @default - none */
  readonly input?: string;

  /** Finds the cause in all lines. @default - the last ones */
  readonly cause?: (lines: readonly string[]) => string;
}

const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;

/**
 * Runs a program with its output in a log file of its own.
 *
 * @returns its lines, without colours
 * @throws StepError with the cause and the file
 */
export async function runLogged(command: string, args: readonly string[], props: LoggedProps): Promise<string[]> {
  if (isInterrupted()) throw new StepError('interrupted');
  mkdirSync(props.logFolder, { recursive: true });
  const file = path.join(props.logFolder, `${props.name}.log`);
  const log = createWriteStream(file);
  const lines: string[] = [];
  const child = execa(command, args, {
    cwd: props.cwd,
    env: props.env,
    all: true,
    buffer: false,
    reject: false,
    ...(props.input === undefined ? { stdin: 'ignore' as const } : { input: props.input }),
    // A group of its own: a Ctrl-C reaches it by way of `guard` alone.
    detached: process.platform !== 'win32',
    cleanup: true,
    forceKillAfterDelay: 60_000,
  });
  const ended = guard({ pid: child.pid, tell: props.onLine });
  for await (const raw of createInterface({ input: child.all })) {
    const line = raw.replace(COLOURS, '').trimEnd();
    if (line.trim() === '') continue;
    lines.push(line);
    log.write(`${line}\n`);
    props.onLine?.(line);
  }
  const result = await child;
  log.end();
  ended();
  if (result.failed) {
    const cause = props.cause?.(lines) ?? '';
    const why = cause || lines.slice(-5).join('\n') || result.shortMessage;
    throw new StepError(`${why}\nMore: less ${path.relative(process.cwd(), file)}`);
  }
  return lines;
}
