/**
 * `npx tsx bench/synth.ts [--runs 5]`: what it takes to synthesize `prod`, next to an AWS CDK application of the same
 * topology (`peer/`), which is installed on the first run.
 */
import { build, stop } from 'esbuild';
import { execa } from 'execa';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadNow, machine, measure, median, type Measured } from './measured';

const root = join(import.meta.dirname, '..');
const peer = join(import.meta.dirname, 'peer');
const SERVICES = [2, 10, 50];

interface Subject {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;

  /** What must be so before each run; it is not measured. */
  readonly prepare?: () => void;
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a whole number from 1, got ${values.runs}`);

const scratch = mkdtempSync(join(tmpdir(), 'bench-synth-'));
try {
  await installPeer();
  await bundle(join(root, 'main.ts'), 'ours.cjs');
  await bundle(join(root, 'bench/many-services.ts'), 'many-services.cjs');
  await bundle(join(peer, 'app.ts'), 'peer.cjs');
  // AWS CDK reads it from beside the bundle; a bundler does not see it.
  const wasm = 'node_modules/aws-cdk-lib/node_modules/@aws/cloudformation-validate/bindings_wasm_bg.wasm';
  copyFileSync(join(peer, wasm), join(scratch, 'bindings_wasm_bg.wasm'));

  // Its service would stay in memory beside what is measured.
  await stop();

  console.log(machine());
  compare('Synthesis', synthesis());
  compare('As typed', typed());
  growth();
  console.log(`\nload average at the end ${loadNow()}; median of ${runs} runs in turn`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Unlike the products' own packages, these are of no use to anybody but this benchmark. */
async function installPeer(): Promise<void> {
  if (existsSync(join(peer, 'node_modules/.package-lock.json'))) return;
  console.error('Installing bench/peer (npm ci) …');
  await execa('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: peer, stderr: 'inherit' });
}

async function bundle(entry: string, name: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile: join(scratch, name),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
}

/** A checkout of ours with a place of its own for bundles. */
function checkout(name: string): string {
  const cwd = join(scratch, name);
  mkdirSync(cwd);
  for (const linked of ['src', 'images', 'node_modules', 'package.json', 'tsconfig.json']) {
    symlinkSync(join(root, linked), join(cwd, linked));
  }
  cpSync(join(root, 'main.ts'), join(cwd, 'main.ts'));
  cpSync(join(root, 'scripts'), join(cwd, 'scripts'), { recursive: true });
  return cwd;
}

/** Our code is another before each run; the packages are not. */
function edited(env: Readonly<Record<string, string>>): Pick<Subject, 'cwd' | 'prepare'> {
  const cwd = checkout('edited');
  execFileSync('node', ['scripts/synth.mjs'], { cwd, env: { ...process.env, ...env } });
  let edits = 0;
  const prepare = (): void => {
    edits += 1;
    appendFileSync(join(cwd, 'main.ts'), `// Edit ${edits}.\n`);
  };
  return { cwd, prepare };
}

/** Nothing was bundled before, as after an installation. */
function installed(): Pick<Subject, 'cwd' | 'prepare'> {
  const cwd = checkout('installed');
  const prepare = (): void => {
    rmSync(join(cwd, '.cloudpe'), { recursive: true, force: true });
  };
  return { cwd, prepare };
}

function synthesis(): Record<string, Subject> {
  const ours = { cwd: root, env: { ENVIRONMENT: 'prod', CDKTF_OUTDIR: join(scratch, 'ours') } };
  const theirs = { cwd: peer, env: { CDK_OUTDIR: join(scratch, 'peer'), CDK_CONTEXT_JSON: context() } };
  const tsx = join(peer, 'node_modules/.bin/tsx');
  const unchecked = { cwd: peer, env: { ...theirs.env, CDK_VALIDATION: 'false' } };
  return {
    'ours: `node scripts/synth.mjs`': { command: ['node', 'scripts/synth.mjs'], ...ours },
    'peer: `tsx app.ts`': { command: [tsx, 'app.ts'], ...theirs },
    'ours: a bundle made before': { command: ['node', join(scratch, 'ours.cjs')], ...ours },
    'peer: a bundle made before': { command: ['node', join(scratch, 'peer.cjs')], ...theirs },
    'ours: `node scripts/synth.mjs` after an edit': {
      command: ['node', 'scripts/synth.mjs'],
      ...ours,
      ...edited(ours.env),
    },
    'ours: `node scripts/synth.mjs` after an installation': {
      command: ['node', 'scripts/synth.mjs'],
      ...ours,
      ...installed(),
    },
    'ours: `tsx main.ts`': { command: [join(root, 'node_modules/.bin/tsx'), 'main.ts'], ...ours },
    'peer: `tsx app.ts`, its validation off': { command: [tsx, 'app.ts'], ...unchecked },
    'peer: a bundle made before, its validation off': { command: ['node', join(scratch, 'peer.cjs')], ...unchecked },
  };
}

/** What the `cdk` command would hand to the application. */
function context(): string {
  const { context: flags } = JSON.parse(readFileSync(join(peer, 'cdk.json'), 'utf8')) as { context: unknown };
  return JSON.stringify(flags);
}

function typed(): Record<string, Subject> {
  // Neither command may wait for an answer from the internet.
  const ours = { cwd: root, env: { ENVIRONMENT: 'prod', CHECKPOINT_DISABLE: '1' } };
  const theirs = { cwd: peer, env: { CDK_DISABLE_CLI_TELEMETRY: 'true' } };
  const cdk = [join(peer, 'node_modules/.bin/cdk'), 'synth', '--quiet', '--output', join(scratch, 'cdk')];
  return {
    '`cdktf synth`': {
      command: [join(root, 'node_modules/.bin/cdktf'), 'synth', '--output', join(scratch, 'cdktf')],
      ...ours,
    },
    '`cdk synth`': { command: cdk, ...theirs },
    '`npm run synth`': {
      command: ['npm', 'run', '--silent', 'synth'],
      cwd: root,
      env: { ...ours.env, CDKTF_OUTDIR: join(scratch, 'npm') },
    },
    '`cdk synth`, its validation off': { command: cdk, cwd: peer, env: { ...theirs.env, CDK_VALIDATION: 'false' } },
  };
}

/** Ratios are to the first subject: how many times more the others take. */
function compare(title: string, subjects: Readonly<Record<string, Subject>>): void {
  const names = Object.keys(subjects);
  const figures = inTurn(subjects);
  const [first = ''] = names;
  const of = (name: string, key: keyof Measured): number => median((figures[name] ?? []).map((one) => one[key]));
  const times = (name: string, key: keyof Measured): string => `${(of(name, key) / of(first, key)).toFixed(1)}×`;
  console.log(`\n### ${title}\n`);
  console.log('| | wall | CPU | largest process | all processes |\n|---|---|---|---|---|');
  for (const name of names) {
    const cells = [
      `${of(name, 'seconds').toFixed(2)} s (${times(name, 'seconds')})`,
      `${of(name, 'cpuSeconds').toFixed(2)} s (${times(name, 'cpuSeconds')})`,
      `${of(name, 'largestMiB').toFixed(0)} MiB (${times(name, 'largestMiB')})`,
      `${of(name, 'treeMiB').toFixed(0)} MiB (${times(name, 'treeMiB')})`,
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

/** All subjects, then all again: what else the machine does hits them alike. */
function inTurn(subjects: Readonly<Record<string, Subject>>): Record<string, Measured[]> {
  const figures: Record<string, Measured[]> = {};
  for (let run = 1; run <= runs; run++) {
    for (const [name, { command, prepare, ...props }] of Object.entries(subjects)) {
      prepare?.();
      const one = measure(command, props);
      console.error(
        `run ${run}, load ${loadNow()}: ${one.seconds.toFixed(2)} s, CPU ${one.cpuSeconds.toFixed(2)} s, ${name}`,
      );
      (figures[name] ??= []).push(one);
    }
  }
  return figures;
}

function growth(): void {
  const folder = join(scratch, 'growth');
  const made = new Set(['.venv', '__pycache__', '.pytest_cache', '.ruff_cache']);
  for (let index = -1; index <= Math.max(...SERVICES) - 2; index++) {
    const name = { [-1]: 'frontend', 0: 'backend' }[index] ?? `worker${index}`;
    mkdirSync(join(folder, 'images'), { recursive: true });
    cpSync(join(root, 'images', index === -1 ? 'frontend' : 'backend'), join(folder, 'images', name), {
      recursive: true,
      filter: (path) => !made.has(path.slice(path.lastIndexOf('/') + 1)),
    });
  }
  const subjects = Object.fromEntries(
    SERVICES.map((count) => [
      String(count),
      {
        command: ['node', join(scratch, 'many-services.cjs')],
        cwd: folder,
        env: { SERVICES: String(count), CDKTF_OUTDIR: join(scratch, `services-${count}`) },
      },
    ]),
  );
  const figures = inTurn(subjects);
  console.log('\n### Growth\n\n| services | resources | wall | CPU | largest process | CPU for each more |');
  console.log('|---|---|---|---|---|---|');
  let before: { readonly count: number; readonly cpu: number } | undefined;
  for (const count of SERVICES) {
    const of = (key: keyof Measured): number => median((figures[count] ?? []).map((one) => one[key]));
    const cpu = of('cpuSeconds');
    const each = before && `${(((cpu - before.cpu) / (count - before.count)) * 1000).toFixed(1)} ms`;
    const resources = resourcesIn(join(scratch, `services-${count}`, 'stacks'));
    console.log(
      `| ${count} | ${resources} | ${of('seconds').toFixed(2)} s | ${cpu.toFixed(2)} s | ${of('largestMiB').toFixed(0)} MiB | ${each ?? ''} |`,
    );
    before = { count, cpu };
  }
}

function resourcesIn(stacks: string): number {
  return readdirSync(stacks)
    .map((stack) => JSON.parse(readFileSync(join(stacks, stack, 'cdk.tf.json'), 'utf8')) as { resource?: object })
    .flatMap(({ resource = {} }) => Object.values(resource).map((all: object) => Object.keys(all).length))
    .reduce((sum, count) => sum + count, 0);
}
