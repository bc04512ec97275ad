import { readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootstrap } from '../../src/deploy/bootstrap';
import { checkLocks, checkStateBucket, keysUnder, readText } from '../../src/deploy/state-bucket';
import { bootstrapVariables } from '../../src/deploy/stacks';
import { causeOf } from '../../src/deploy/terraform-lines';
import { run } from '../../src/local/run';
import { deployedWorkspaces, hasState } from '../../src/local/workspaces';
import { person, settingsOf } from '../deploy/settings';
import { emulatorProblem, startEmulator, type TestEmulator } from './emulator';

const problem =
  (await emulatorProblem()) ?? ((await run('terraform', ['version'])).failed ? 'no terraform' : undefined);

describe.skipIf(problem !== undefined)(`on an emulator${problem === undefined ? '' : ` (skipped: ${problem})`}`, () => {
  let emulator: TestEmulator;
  let folder: string;
  beforeAll(async () => {
    emulator = await startEmulator('drills');
    folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-drills-'));
  }, 120_000);
  afterAll(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('bootstrap makes the bucket, moves its own state into it, and a second run changes nothing', async () => {
    const at = { endpoint: emulator.endpoint, endpointForTasks: emulator.endpoint, proxies: ['172.16.0.0/12'] };
    const settings = { ...settingsOf('local', { emulator: at }), stateFolder: path.join(folder, 'made') };
    const clients = emulator.clients();
    const said: string[] = [];
    const edges = { run, clients, person: person(), print: (text: string) => said.push(text) };
    const once = async () =>
      bootstrap(settings, {}, { ...edges, env: await bootstrapVariables(settings), print: edges.print });

    await expect(
      checkStateBucket(clients.s3, { bucket: 'cloudpe-state-local', account: '000000000000', environment: 'local' }),
    ).rejects.toThrow('state bucket cloudpe-state-local does not exist');
    expect(await once()).toBe('made');
    await checkStateBucket(clients.s3, {
      bucket: 'cloudpe-state-local',
      account: '000000000000',
      environment: 'local',
    });
    const state = await readText(clients.s3, 'cloudpe-state-local', 'cloudpe/state.tfstate');
    expect(state).toContain('"aws_s3_bucket"');
    expect(await run('find', [folder, '-name', 'state.tfstate'])).toMatchObject({ stdout: '' });

    said.length = 0;
    expect(await once()).toBe('unchanged');
    expect(said).toEqual([expect.stringMatching(/^cloudpe-state-local: No changes\./)]);
    const { Versions = [] } = await clients.s3.send(
      new ListObjectVersionsCommand({ Bucket: 'cloudpe-state-local', Prefix: 'cloudpe/state.tfstate' }),
    );
    expect(Versions.filter(({ Key }) => Key === 'cloudpe/state.tfstate')).toHaveLength(1);
  }, 600_000);

  test('bootstrap goes on where it was killed, with the bucket made and its state half written', async () => {
    const bucket = 'cloudpe-state-killed';
    const at = { endpoint: emulator.endpoint, endpointForTasks: emulator.endpoint, proxies: ['172.16.0.0/12'] };
    const overrides = { emulator: at, state: { kind: 's3', bucket, region: 'us-east-1' } } as const;
    const settings = { ...settingsOf('local', overrides), stateFolder: path.join(folder, 'killed') };
    const { s3 } = emulator.clients();
    const env = await bootstrapVariables(settings);
    const once = async () =>
      bootstrap(settings, {}, { run, clients: emulator.clients(), person: person(), print: () => undefined, env });

    const killed = expect(once()).rejects.toThrow('More: less');
    const local = path.join(settings.stateFolder, 'bootstrap', bucket, 'cloudpe/state.tfstate');
    await expect
      .poll(async () => readFile(local, 'utf8').catch(() => ''), { timeout: 120_000, interval: 50 })
      .toContain('"aws_s3_bucket"');
    await killTerraformIn(settings.stateFolder);
    await killed;
    expect(await readText(s3, bucket, 'cloudpe/state.tfstate')).toBeUndefined();

    expect(await once()).toBe('made');
    await checkStateBucket(s3, { bucket, account: '000000000000', environment: 'local' });
    expect(await readText(s3, bucket, 'cloudpe/state.tfstate')).toContain('"aws_s3_bucket_lifecycle_configuration"');
    await expect(readFile(local)).rejects.toThrow('ENOENT');
  }, 600_000);

  // `up` clears away what is in the way by this alone: notes exist only where an application was applied.
  test('the state of one stack is told from that of another, and of another workspace', async () => {
    const { s3 } = emulator.clients();
    const Bucket = 'cloudpe-states-told';
    await s3.send(new CreateBucketCommand({ Bucket }));
    const key = (workspace: string, stack: string): string => `cloudpe/${workspace}/local/${stack}.tfstate`;
    for (const Key of [
      key('alice', 'foundation'),
      `${key('alice', 'application')}.tflock`,
      key('bob', 'application'),
    ]) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' }));
    }
    expect(await hasState(s3, Bucket, key('alice', 'foundation'))).toBe(true);
    expect(await hasState(s3, Bucket, key('alice', 'application'))).toBe(false);
    expect(await hasState(s3, Bucket, key('bob', 'application'))).toBe(true);
    expect((await deployedWorkspaces(s3, Bucket)).sort()).toEqual(['alice', 'bob']);
  });

  test('of two deployments at once the second fails at once, saying who holds the lock, and nothing is lost', async () => {
    const { s3 } = emulator.clients();
    const bucket = 'two-deployers';
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const [first, second] = await Promise.all(['first', 'second'].map(async (name) => deployer(name, bucket)));
    if (!first || !second) throw new Error('two deployers are needed');

    const slow = execa('terraform', first.apply, { ...first.options, reject: false });
    const key = 'cloudpe/default/test/foundation.tfstate';
    while ((await readText(s3, bucket, `${key}.tflock`)) === undefined) await setTimeout(100);

    // Our own check, before anything is planned.
    await expect(checkLocks(s3, bucket, 'cloudpe/default/test/')).rejects.toThrow(
      /^the state of foundation is locked: apply by \S+@\S+, since .* UTC \(\d+ s ago\); nothing was changed\n.*terraform force-unlock [0-9a-f-]{36}$/,
    );
    // Terraform's, should both have passed ours.
    const started = Date.now();
    const quick = await execa('terraform', second.apply, { ...second.options, reject: false });
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(quick.exitCode).toBe(1);
    expect(causeOf(quick.all.split('\n'))).toMatch(/^the state of foundation is locked: apply by \S+@\S+, since/);

    expect((await slow).exitCode).toBe(0);
    const state = JSON.parse((await readText(s3, bucket, key)) ?? '{}') as {
      serial: number;
      resources: { instances: { attributes: { input: { value: string } } }[] }[];
    };
    expect(state.resources[0]?.instances[0]?.attributes.input.value).toBe('first');
    expect((await keysUnder(s3, bucket, 'cloudpe/')).map((each) => each.key)).toEqual([key]);
    // Afterwards the second may.
    expect((await execa('terraform', second.apply, { ...second.options, reject: false })).exitCode).toBe(0);
  }, 300_000);

  /** A checkout of its own, with a stack that takes some seconds. */
  async function deployer(name: string, bucket: string) {
    const cwd = path.join(folder, name);
    await mkdir(cwd, { recursive: true });
    const s3 = {
      ...{ bucket, key: 'cloudpe/default/test/foundation.tfstate', region: 'us-east-1', use_lockfile: true },
      ...{ endpoints: { s3: emulator.endpoint }, use_path_style: true, access_key: 'emulator', secret_key: 'emulator' },
      ...{ skip_credentials_validation: true, skip_metadata_api_check: true, skip_requesting_account_id: true },
      skip_region_validation: true,
    };
    const resource = {
      terraform_data: { slow: { input: name, provisioner: { 'local-exec': { command: 'sleep 8' } } } },
    };
    await writeFile(path.join(cwd, 'main.tf.json'), JSON.stringify({ terraform: { backend: { s3 } }, resource }));
    const options = { cwd, all: true, env: { CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '/dev/null' } } as const;
    await execa('terraform', ['init', '-input=false', '-no-color'], options);
    return { apply: ['apply', '-auto-approve', '-input=false', '-no-color'], options };
  }
});

/** What a power cut does to every Terraform that works below `folder`. */
async function killTerraformIn(folder: string): Promise<void> {
  const { stdout } = await run('pgrep', ['-x', 'terraform']);
  const ours = stdout.split('\n').filter((pid) => pid !== '' && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder));
  expect(ours).not.toEqual([]);
  ours.forEach((pid) => process.kill(Number(pid), 'SIGKILL'));
}
