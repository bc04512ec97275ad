import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { App } from 'cdktf';
import { defineState } from '../app';
import { PROJECT } from '../identity';
import { runLogged } from '../local/logged';
import type { Run } from '../local/run';
import { stateKeyOf } from '../stacks/state';
import type { StateStore } from '../state/backend';
import { approve, checkApproval, type Person } from './approval';
import type { DeployClients } from './clients';
import { preflight } from './preflight';
import type { DeploySettings } from './settings';
import { bucketStatus, readText } from './state-bucket';
import { causeOf, progressLine } from './terraform-lines';

export interface BootstrapEdges {
  readonly run: Run;
  readonly clients: DeployClients;
  readonly person: Person;
  readonly print: (text: string) => void;

  /** Variables that tell Terraform where its providers are, and whose credentials to use. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes the state bucket of an environment and what belongs to it, or brings it up to date; it can be run at any time and
 * goes on where an interrupted run ended.
 *
 * The bucket cannot hold a state before it exists: the first apply writes to a file, which then moves into the bucket.
 *
 * @returns what it did
 * @throws Error with the cause and what to do
 */
export async function bootstrap(
  settings: DeploySettings,
  { approved }: { readonly approved?: string | undefined },
  { run, clients, person, print, env }: BootstrapEdges,
): Promise<'made' | 'changed' | 'unchanged' | 'stopped'> {
  const { config, stateFolder, root } = settings;
  const { state, account, name } = config;
  if (state.kind !== 's3') {
    throw new Error(`environments.${name}.state.kind must be s3 for a bucket to be made, got ${state.kind}`);
  }
  const approval = { config, person, approved };
  checkApproval(approval);
  await preflight(settings, run, clients);

  const { bucket } = state;
  const folder = path.join(stateFolder, 'bootstrap', bucket);
  const local = path.join(folder, stateKeyOf(PROJECT));
  const moved = await isInBucket();
  const file: StateStore = { kind: 'file', folder };
  const remote: StateStore = { ...state, ...(config.emulator && { endpoint: config.emulator.endpoint }) };

  synthesize(moved ? remote : file);
  await terraform('init', ['-reconfigure']);
  const plan = path.join(folder, 'plan');
  const lines = await terraform('plan', [`-out=${plan}`]);
  const summary = lines.find((line) => /^Plan: |^No changes\./.test(line)) ?? 'Terraform did not say what it plans';
  print(`${bucket}: ${summary}`);
  const unchanged = summary.startsWith('No changes.');
  if (!unchanged && !(await approve(approval))) {
    print('Stopped: nothing was changed.');
    return 'stopped';
  }
  if (!unchanged) await terraform('apply', [plan]);
  rmSync(plan, { force: true });
  if (!moved) {
    synthesize(remote);
    await terraform('init', ['-migrate-state', '-force-copy']);
    if ((await readText(clients.s3, bucket, stateKeyOf(PROJECT))) === undefined) {
      throw new Error(
        `the state did not arrive in ${bucket}: it still is in ${path.relative(root, local)}; run it again`,
      );
    }
  }
  // The copy here, perhaps of a run that was interrupted, would only grow old; the bucket keeps every version.
  [local, `${local}.backup`].forEach((copy) => {
    rmSync(copy, { force: true });
  });
  if (!moved) return 'made';
  return unchanged ? 'unchanged' : 'changed';

  /** Whether the bucket holds its own state already. */
  async function isInBucket(): Promise<boolean> {
    const found = await bucketStatus(clients.s3, bucket, account);
    if (found.kind === 'missing') return false;
    if (found.kind === 'ours' && (await readText(clients.s3, bucket, stateKeyOf(PROJECT))) !== undefined) return true;
    // Of an interrupted run, which goes on with the state in the file.
    if (existsSync(local)) return false;
    throw new Error(
      found.kind === 'unfit'
        ? `bucket ${bucket} exists and is not ours: ${found.reason}; choose another name in environments.${name}.state.bucket`
        : `bucket ${bucket} exists and no state describes it: if ours was deleted, bring its last version back (${stateKeyOf(PROJECT)}); otherwise choose another name in environments.${name}.state.bucket`,
    );
  }

  function synthesize(store: StateStore): void {
    mkdirSync(folder, { recursive: true });
    const app = new App({ outdir: folder, skipValidation: true });
    defineState(app, config, bucket, store);
    app.synth();
  }

  async function terraform(command: string, args: readonly string[]): Promise<string[]> {
    return runLogged('terraform', [command, '-input=false', '-no-color', ...args], {
      name: command,
      logFolder: path.join(stateFolder, 'logs', bucket),
      cwd: path.join(folder, 'stacks', `${PROJECT}-state`),
      env,
      cause: causeOf,
      onLine: (line) => {
        const short = command === 'apply' ? progressLine(line) : undefined;
        if (short !== undefined && !short.includes(': still ')) print(`  ${short}`);
      },
    });
  }
}
