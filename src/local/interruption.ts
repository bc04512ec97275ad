import { writeSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

/** A program in a process group of its own, which a Ctrl-C at the terminal does not reach. */
export interface Guarded {
  readonly pid: number | undefined;

  /** Shows a line to whoever waits for it. @default - nobody follows what it says */
  readonly tell?: ((line: string) => void) | undefined;
}

export const STOPPING =
  'Stopping: Terraform finishes what it has begun, which may take a minute. Ctrl-C again stops at once and leaves what nobody knows of.';
const STOPPED = 'Stopped. The same command goes on from here.';
const SHOW_CURSOR = '\u001b[?25h';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The exit code of a program that a Ctrl-C ended. */
const INTERRUPTED = 130;

const running = new Set<Guarded>();
let listening = false;
let asked = false;

/** Whether somebody wants this process to end: nothing new is started any more. */
export function isInterrupted(): boolean {
  return asked;
}

/**
 * Sees to it that a Ctrl-C while `child` runs reaches Terraform once.
 *
 * Twice, as it comes from a terminal and then again from the program in between, Terraform drops everything: what was being
 * made stays in the cloud and is in no state. Once, it finishes what it began, writes its state and lets go of its lock.
 *
 * @returns what to call when `child` has ended
 */
export function guard(child: Guarded): () => void {
  if (!listening) for (const signal of SIGNALS) process.on(signal, interrupt);
  listening = true;
  running.add(child);
  return () => {
    running.delete(child);
    if (asked && running.size === 0) leave();
  };
}

function leave(): never {
  // Past the renderer of the steps, which hides the cursor and holds back what is written while it draws.
  writeSync(2, `${process.stderr.isTTY ? SHOW_CURSOR : ''}\n${STOPPED}\n`);
  process.exit(INTERRUPTED);
}

function interrupt(): void {
  if (running.size === 0) leave();
  const again = asked;
  asked = true;
  const followed = [...running].flatMap(({ tell }) => tell ?? []);
  if (!again && followed.length === 0) process.stderr.write(`${STOPPING}\n`);
  if (!again) for (const tell of followed) tell(STOPPING);
  for (const child of running) void (again ? kill(child) : stop(child));
}

/** Asks Terraform where there is one, and otherwise whatever runs. */
async function stop(child: Guarded): Promise<void> {
  const terraforms = (await descendants(child)).filter(({ name }) => name === 'terraform');
  if (terraforms.length === 0) end(child, 'SIGTERM');
  for (const { pid } of terraforms) signalTo(pid, 'SIGINT');
}

async function kill(child: Guarded): Promise<void> {
  const all = await descendants(child);
  end(child, 'SIGKILL');
  for (const { pid } of all) signalTo(pid, 'SIGKILL');
}

interface Program {
  readonly pid: number;
  readonly name: string;
}

/** Every program that `child` started, and that those did: cdktf gives Terraform a terminal, hence a group, of its own. */
async function descendants({ pid: root }: Guarded): Promise<Program[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=,ppid=,comm='], { reject: false });
  const all = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), name: path.basename(command.trim()) }];
  });
  const of = (pid: number): Program[] =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...of(child.pid)]);
  return root === undefined ? [] : of(root);
}

/** The whole group: its number is its first process's, negated. */
function end({ pid }: Guarded, signal: NodeJS.Signals): void {
  if (pid !== undefined) signalTo(process.platform === 'win32' ? pid : -pid, signal);
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
