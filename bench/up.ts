/**
 * `WORKSPACE=bench npx tsx bench/up.ts [--keep]`: `npm run up` on a warm machine to the first page, an `up` that changes
 * nothing, and the time from saving a template to the page that shows it. It needs a machine whose images are built, and
 * removes its workspace at the end unless told to `--keep` it.
 */
import { execa } from 'execa';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { localImage } from '../src/images/image-tag';
import { pageUrl } from '../src/local/page';
import { localSettings } from '../src/local/settings';
import { loadNow, machine } from './measured';

const root = join(import.meta.dirname, '..');
const template = join(root, 'images/frontend/app/templates/base.html');

/** Milliseconds after which a command or a page is given up. */
const LIMIT = 15 * 60_000;

interface Step {
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const { WORKSPACE: workspace } = process.env;
if (workspace === undefined || workspace === 'default') {
  throw new Error(
    `WORKSPACE must name a workspace of the benchmark's own, got ${workspace === undefined ? 'nothing' : JSON.stringify(workspace)}`,
  );
}
const settings = localSettings(root, process.env);
process.once('SIGINT', () => process.exit(130));
const dirty = await execa('git', ['status', '--porcelain', '--', template], { cwd: root });
if (dirty.stdout !== '') throw new Error(`${template} must be as committed: it is edited and put back`);

console.log(machine());
try {
  await npm('down', ['--yes']);
  await upTo(
    // The emulator answers for balancers that are not there yet.
    'Save note',
    performance.now(),
    'First `npm run up`, images built, nothing of this workspace there',
    'the first page',
  );
  await up('`npm run up` again, nothing changed');
  await release();
} finally {
  if (!values.keep) await npm('down', ['--yes']);
  console.log(`\nload average at the end ${loadNow()}`);
}

/** Saves a template, runs `up`, waits for the page with the change, and puts the template back. */
async function release(): Promise<void> {
  const before = readFileSync(template);
  const mark = `bench-${Date.now()}`;
  const putBack = (): void => {
    writeFileSync(template, before);
  };
  process.once('exit', putBack);
  let made = '';
  try {
    const saved = performance.now();
    appendFileSync(template, `<!-- ${mark} -->\n`);
    made = localImage(root, 'frontend', settings.config.services.frontend.architecture).tag;
    await upTo(mark, saved, '`npm run up` after a template was saved', 'the page with the saved template');
  } finally {
    putBack();
    process.off('exit', putBack);
    // Nobody will ask for this image again; a task that still runs it keeps its layers.
    await execa('docker', ['image', 'rm', `cloudpe/frontend:${made}`], { reject: false });
  }
}

/** Runs `up` while asking for the page, as a person reloads it, until it shows `text`. */
async function upTo(text: string, since: number, title: string, what: string): Promise<void> {
  const stop = new AbortController();
  const seen = pageWith(text, since, stop.signal);
  try {
    await up(title);
    console.log(`\nto ${what}: ${seconds(await seen)}`);
  } finally {
    stop.abort();
  }
}

/** Runs `up`, prints its steps as rows: when each began, and how long it took; some run side by side. */
async function up(title: string): Promise<void> {
  const load = loadNow();
  const began = performance.now();
  const steps = await npm('up', [], began);
  const took = performance.now() - began;
  console.log(`\n### ${title}: ${seconds(took)} (load average ${load} to ${loadNow()})\n`);
  console.log('| step | began | took |\n|---|---|---|');
  const rows = [...steps].sort((one, other) => one.from - other.from);
  console.log(
    `| before the first step: Node, packages checked, code loaded | 0.0 s | ${seconds(rows[0]?.from ?? took)} |`,
  );
  for (const { title: step, from, to } of rows) console.log(`| ${step} | ${seconds(from)} | ${seconds(to - from)} |`);
}

/**
 * `npm run <command>`, with its steps as its plain log tells them.
 *
 * The log rounds durations down to whole seconds, so the clock is read as lines come: `❯` begins a step, `✔` ends it,
 * `↓` skips it.
 */
async function npm(command: string, args: readonly string[] = [], began = performance.now()): Promise<Step[]> {
  const child = execa('npm', ['run', '--silent', command, '--', ...args], {
    cwd: root,
    env: { NO_COLOR: '1' },
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    timeout: LIMIT,
    // It unlocks its state when it is asked to end.
    forceKillAfterDelay: 60_000,
  });
  const running = new Map<string, number>();
  const steps: Step[] = [];
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.all })) {
    lines.push(line);
    const now = performance.now() - began;
    const [, sign, text = ''] = /^\s*([❯✔↓])\s+(.*)$/.exec(line) ?? [];
    if (sign === '❯') running.set(text, now);
    if (sign !== '✔' && sign !== '↓') continue;
    // A title may have grown while the step ran.
    const bare = text.replace(/ \[[^\]]*\]$/, '');
    const begun = [...running.keys()].find((each) => bare.startsWith(each));
    if (begun === undefined) continue;
    steps.push({ title: sign === '↓' ? `${begun} (skipped)` : begun, from: running.get(begun) ?? now, to: now });
    running.delete(begun);
  }
  const { failed, shortMessage } = await child;
  if (failed) throw new Error(`${shortMessage ?? command}\n${lines.slice(-15).join('\n')}`);
  return steps;
}

/** Asks for the page until it shows `text`. Resolves to the milliseconds since `since`, or to NaN when told to stop. */
async function pageWith(text: string, since: number, stop: AbortSignal): Promise<number> {
  while (!stop.aborted && performance.now() - since < LIMIT) {
    if ((await page()).includes(text)) return performance.now() - since;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return Number.NaN;
}

/** The page's text; nothing while it is not served. */
async function page(): Promise<string> {
  const { host } = new URL(pageUrl(settings));
  return await new Promise((resolve) => {
    const none = (): void => {
      resolve('');
    };
    const call = request(
      { host: '127.0.0.1', port: settings.ports.http, path: '/', headers: { host }, timeout: 5000 },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', none);
        response.on('end', () => {
          resolve(response.statusCode === 200 ? Buffer.concat(parts).toString() : '');
        });
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', none);
    call.end();
  });
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
