import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateRepositoryCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EnvironmentConfig } from '../../src/config/environment';
import { environments } from '../../src/config/environments';
import { bootstrap } from '../../src/deploy/bootstrap';
import { deploy, type DeployEdges } from '../../src/deploy/deploy';
import { imagesOf } from '../../src/deploy/registry';
import { readText } from '../../src/deploy/state-bucket';
import { destroyWorkspace, listWorkspaces, workspacesText } from '../../src/deploy/workspaces';
import { readPlan } from '../../src/review/plan';
import { emulatorProblem, startEmulator, type TestEmulator } from '../state/emulator';
import { person, programs, settingsOf } from './settings';

const problem = await emulatorProblem();
const nothing = { resource_changes: [] };
const aVpc = {
  resource_changes: [
    {
      address: 'aws_vpc.Network',
      type: 'aws_vpc',
      name: 'Network',
      change: { actions: ['create'], before: null, after: { cidr_block: '10.0.0.0/16' }, after_unknown: { id: true } },
    },
  ],
};

describe.skipIf(problem !== undefined)(`npm run deploy${problem === undefined ? '' : ` (skipped: ${problem})`}`, () => {
  let emulator: TestEmulator;
  beforeAll(async () => {
    emulator = await startEmulator('deploy');
  }, 120_000);
  afterAll(async () => {
    await emulator.stop();
  });

  // A bucket for each test: what one leaves is not there for the next.
  let bucket: string;
  let count = 0;
  beforeEach(async () => {
    count += 1;
    bucket = `cloudpe-states-${count}`;
    await makeBucket(bucket);
  });

  const clients = (account?: string) => emulator.clients(account);
  const put = async (key: string, body: string): Promise<void> => {
    await clients().s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  };
  async function makeBucket(name: string, account?: string): Promise<void> {
    const { s3 } = clients(account);
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  const settings = (overrides: Partial<EnvironmentConfig> = {}, variables: Record<string, string> = {}) =>
    settingsOf(
      'local',
      {
        state: { kind: 's3', bucket, region: 'us-east-1' },
        emulator: { endpoint: emulator.endpoint, endpointForTasks: emulator.endpoint, proxies: ['172.16.0.0/12'] },
        ...overrides,
      },
      variables,
    );

  /** The edges, with stacks that plan `plan` and note what is applied. */
  function edgesFor(
    at: ReturnType<typeof settings>,
    { plan = aVpc, answer = undefined as string | undefined, answers = {} } = {},
  ) {
    const { run, calls } = programs(answers);
    const done: string[] = [];
    const said: string[] = [];
    const names = ['foundation', ...(at.config.images === 'stack' ? ['images'] : []), 'application'];
    const ids = names.map((name) => at.identity.stackId(name));
    const edges: DeployEdges = {
      run,
      clients: clients(),
      person: person(answer),
      print: (text) => said.push(text),
      terminal: { columns: 100, color: false },
      stacks: {
        synthesize: async () => Promise.resolve(ids.map((id) => ({ id, folder: `/${id}`, dependencies: [] }))),
        plan: async (stacks) =>
          Promise.resolve({
            plans: stacks.map(({ id }) => {
              const json = JSON.stringify({ format_version: '1.2', planned_values: {}, ...plan });
              return { json, plan: readPlan(json, id) };
            }),
            notPlanned: [],
            dependencies: new Map(),
          }),
        deploy: async (stacks) => {
          done.push(...stacks.map((stack) => stack.id));
          const counts = new Map(stacks.map(({ id }) => [id, { added: 1, changed: 0, destroyed: 0 }]));
          const outputs = { [at.identity.stackId('application')]: { url: 'http://front.example', cluster: 'c' } };
          return Promise.resolve({ counts, outputs });
        },
        destroy: async (stacks) => {
          done.push(...stacks.map((stack) => `destroy ${stack.id}`));
          return Promise.resolve();
        },
      },
    };
    return { edges, done, calls, text: () => said.join('\n') };
  }
  const id = (name: string): string => `cloudpe-default-local-${name}`;

  /** Pushes the images of this checkout, or some of them. */
  async function push(at: ReturnType<typeof settings>, names: readonly string[]): Promise<void> {
    const { ecr } = clients();
    for (const { name, repository, tag } of imagesOf(process.cwd(), at.config, at.identity)) {
      await ecr.send(new CreateRepositoryCommand({ repositoryName: repository }));
      if (!names.includes(name)) continue;
      const imageManifest = JSON.stringify({ schemaVersion: 2, config: {}, layers: [], name });
      await ecr.send(new PutImageCommand({ repositoryName: repository, imageTag: tag, imageManifest }));
    }
  }

  describe('before anything is changed', () => {
    test('a missing state bucket is answered with the command that makes it', async () => {
      const at = settings({ state: { kind: 's3', bucket: 'cloudpe-nowhere', region: 'us-east-1' } });
      const { edges, done } = edgesFor(at);
      await expect(deploy(at, { only: [] }, edges)).rejects.toThrow(
        'state bucket cloudpe-nowhere does not exist: make it once with ENVIRONMENT=local npm run bootstrap',
      );
      expect(done).toEqual([]);
    });

    test('a state bucket of another account, of another project, or without versions is not ours', async () => {
      const { s3 } = clients();
      await makeBucket('cloudpe-theirs', '999999999999');
      await makeBucket('cloudpe-tagged');
      const Tagging = { TagSet: [{ Key: 'project', Value: 'billing' }] };
      await s3.send(new PutBucketTaggingCommand({ Bucket: 'cloudpe-tagged', Tagging }));
      await s3.send(new CreateBucketCommand({ Bucket: 'cloudpe-plain' }));
      for (const [name, reason] of [
        ['cloudpe-theirs', 'it belongs to another account than 000000000000, or you may not use it'],
        ['cloudpe-tagged', 'its tag project says "billing"'],
        ['cloudpe-plain', 'it does not keep old versions, so it was not made by our state stack'],
      ] as const) {
        const at = settings({ state: { kind: 's3', bucket: name, region: 'us-east-1' } });
        await expect(deploy(at, { only: [] }, edgesFor(at).edges)).rejects.toThrow(
          `state bucket ${name} is not ours: ${reason}; correct environments.local.state.bucket`,
        );
      }
    });

    test('bootstrap leaves a bucket that is there and not ours alone', async () => {
      const at = { ...settings(), stateFolder: mkdtempSync(path.join(os.tmpdir(), 'cloudpe-bootstrap-')) };
      const { run, calls } = programs();
      const edges = { run, clients: clients(), person: person(), print: () => undefined, env: {} };
      await expect(bootstrap(at, {}, edges)).rejects.toThrow(
        `bucket ${bucket} exists and no state describes it: if ours was deleted, bring its last version back (cloudpe/state.tfstate); otherwise choose another name`,
      );
      expect(calls.map(({ line }) => line)).toEqual(['terraform version -json', 'cdktf --version']);
    });

    test('an account that is not the credentials’ is refused', async () => {
      const at = settings({ account: '333333333333' });
      await expect(deploy(at, { only: [] }, edgesFor(at).edges)).rejects.toThrow(
        'environments.local.account must be the account of your credentials: it is 333333333333, they belong to 000000000000',
      );
    });

    test('a locked state is answered with who is at it', async () => {
      const lock = { ID: 'i-1', Operation: 'OperationTypeApply', Who: 'bob@ci', Created: new Date().toISOString() };
      await put('cloudpe/default/local/foundation.tfstate.tflock', JSON.stringify(lock));
      const at = settings();
      const { edges, done } = edgesFor(at);
      await expect(deploy(at, { only: [] }, edges)).rejects.toThrow(
        /^the state of foundation is locked: apply by bob@ci, since .*; nothing was changed\n.*force-unlock i-1$/,
      );
      expect(done).toEqual([]);
    });

    test('the lock of another workspace does not matter', async () => {
      await put('cloudpe/alice/local/foundation.tfstate.tflock', '{}');
      const at = settings();
      const { edges, done } = edgesFor(at);
      await deploy(at, { only: ['foundation'] }, edges);
      expect(done).toEqual([id('foundation')]);
    });

    test('a tag that nobody pushed is named', async () => {
      const at = settings({ images: 'pipeline' }, { WORKSPACE: 'untagged' });
      await push(at, ['frontend']);
      const { edges, done } = edgesFor(at);
      await expect(deploy(at, { only: [] }, edges)).rejects.toThrow(
        /^the registry does not hold what would run:\n {2}cloudpe-untagged-local\/pe\/backend:[0-9a-f]{16}\npush them from this commit/,
      );
      expect(done).toEqual([]);
    });

    test('a stack that is not there is refused with those that are', async () => {
      const at = settings();
      await expect(deploy(at, { only: ['fundation'] }, edgesFor(at).edges)).rejects.toThrow(
        'stacks must be some of foundation, application, got "fundation"',
      );
    });

    test('a folder without a Dockerfile is named', async () => {
      const root = mkdtempSync(path.join(os.tmpdir(), 'cloudpe-root-'));
      const at = { ...settings(), root };
      await expect(deploy(at, { only: [] }, edgesFor(at).edges)).rejects.toThrow(/images/);
    });

    test('prod without a terminal and without the flag does not even start', async () => {
      const at = settings({ deployment: { ...settingsOf('prod').config.deployment } });
      const { edges, calls } = edgesFor(at);
      await expect(deploy(at, { only: [] }, edges)).rejects.toThrow('run it in one, or with --approve local');
      expect(calls).toEqual([]);
    });

    test('a no stops it', async () => {
      const at = settings({ deployment: { ...settingsOf('prod').config.deployment } });
      const { edges, done, text } = edgesFor(at, { answer: 'prod' });
      expect(await deploy(at, { only: ['foundation'] }, edges)).toBe(false);
      expect(done).toEqual([]);
      expect(text()).toContain('Stopped: nothing was changed.');
    });
  });

  test('shows the plan, applies, and ends with addresses, changes and the way back', async () => {
    const at = settings({}, { WORKSPACE: 'whole', VERSION: '1.0.0' });
    await push(at, ['frontend', 'backend']);
    const first = edgesFor(at);
    expect(await deploy(at, { only: [] }, first.edges)).toBe(true);
    expect(first.done).toEqual(['cloudpe-whole-local-foundation', 'cloudpe-whole-local-application']);
    expect(first.text()).toContain('aws_vpc.Network');
    expect(first.text()).toContain('foundation: 1 added, 0 changed, 0 destroyed');
    expect(first.text()).toContain('url: http://front.example');
    expect(first.text()).toContain('the first deployment here');

    const next = { ...at, version: '1.1.0' };
    const second = edgesFor(next, { answers: { 'git rev-parse': { stdout: 'f'.repeat(40) } } });
    await deploy(next, { only: [] }, second.edges);
    expect(second.text()).toMatch(
      /Roll back to 1\.0\.0, deployed .* by root:\n {2}git checkout 1234567890ab && ENVIRONMENT=local WORKSPACE=whole VERSION=1\.0\.0 npm run deploy/,
    );
  });

  test('a plan without changes applies nothing', async () => {
    const at = settings();
    const { edges, done, text } = edgesFor(at, { plan: nothing });
    expect(await deploy(at, { only: ['foundation'] }, edges)).toBe(true);
    expect(done).toEqual([]);
    expect(text()).toContain('Nothing to change: local is as this checkout says.');
  });

  test('a plan without changes is noted where no release was: the next one knows the way back', async () => {
    const at = settings({}, { WORKSPACE: 'by-hand', VERSION: '1' });
    await push(at, ['frontend', 'backend']);
    await deploy(at, { only: [] }, edgesFor(at, { plan: nothing }).edges);
    const next = settings({}, { WORKSPACE: 'by-hand', VERSION: '2' });
    const { edges, text } = edgesFor(next);
    await deploy(next, { only: [] }, edges);
    expect(text()).toContain('ENVIRONMENT=local WORKSPACE=by-hand VERSION=1 npm run deploy');
  });

  describe('the images stack', () => {
    test('is left out when the registry has every image, whatever this machine’s Docker has', async () => {
      const at = settings({ images: 'stack' }, { WORKSPACE: 'pushed' });
      await push(at, ['frontend', 'backend']);
      const { edges, done, calls, text } = edgesFor(at);
      await deploy(at, { only: [] }, edges);
      expect(done).toEqual(['cloudpe-pushed-local-foundation', 'cloudpe-pushed-local-application']);
      expect(calls.filter(({ line }) => line.startsWith('docker'))).toEqual([]);
      expect(text()).toContain('the images stack is left out');
    });

    test('builds what is missing and fetches the rest, signed in for that long', async () => {
      const at = settings({ images: 'stack' }, { WORKSPACE: 'half' });
      await push(at, ['frontend']);
      const { edges, done, calls, text } = edgesFor(at);
      await deploy(at, { only: [] }, edges);
      expect(done).toContain('cloudpe-half-local-images');
      expect(calls.flatMap(({ line }) => (line.startsWith('docker') ? [line.split(' ')[1]] : []))).toEqual([
        ...['version', 'login', 'pull', 'logout'],
      ]);
      expect(text()).toContain('frontend is in the registry already');
    });

    test('without a Docker engine says which images and what to do', async () => {
      const at = settings({ images: 'stack' }, { WORKSPACE: 'bare' });
      const { edges, done } = edgesFor(at, { answers: { 'docker version': { failed: true, exitCode: 1 } } });
      await expect(deploy(at, { only: [] }, edges)).rejects.toThrow(
        /^the images frontend:[0-9a-f]{16}, backend:[0-9a-f]{16} must be built and no Docker engine answers: start it, or let a pipeline push them/,
      );
      expect(done).toEqual([]);
    });
  });

  describe('npm run workspaces', () => {
    const state = (resources: number): string =>
      JSON.stringify({
        resources: [
          { mode: 'managed', instances: Array(resources).fill({}) },
          { mode: 'data', instances: [{}] },
        ],
      });
    beforeEach(async () => {
      await put('cloudpe/pr-7/local/foundation.tfstate', state(40));
      await put('cloudpe/pr-7/local/application.tfstate', state(20));
      await put('cloudpe/pr-7/local/images.tfstate', state(4));
      await put('cloudpe/pr-7/local/release.json', '{}');
      await put('cloudpe/default/local/foundation.tfstate', state(60));
      await put('cloudpe/pr-8/test/foundation.tfstate', state(1));
      await put('cloudpe/state.tfstate', state(9));
    });

    test('lists the copies of one environment', async () => {
      const found = await listWorkspaces(clients().s3, bucket, 'local');
      expect(found.map(({ name, resources }) => [name, resources]).sort()).toEqual([
        ['default', 60],
        ['pr-7', 64],
      ]);
      const inTenDays = new Date(Date.now() + 10 * 86_400_000);
      expect(workspacesText(found, 'local', inTenDays)).toMatch(
        /^pr-7 +64 resources +changed 10 days ago +application, foundation, images$/m,
      );
      expect(workspacesText([], 'local', new Date())).toBe('local has no workspace: nothing is deployed.');
    });

    test('destroys one after its name was typed, forgets its states, and leaves the others', async () => {
      const at = settings({}, { WORKSPACE: 'pr-7' });
      const { edges, done } = edgesFor(at, { answer: 'pr-7' });
      expect(await destroyWorkspace(at, {}, edges)).toBe(true);
      expect(done).toEqual(['destroy cloudpe-pr-7-local-foundation', 'destroy cloudpe-pr-7-local-application']);
      const { s3 } = clients();
      expect((await listWorkspaces(s3, bucket, 'local')).map(({ name }) => name)).toEqual(['default']);
      expect(await readText(s3, bucket, 'cloudpe/pr-8/test/foundation.tfstate')).toBeDefined();
      const { Versions = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'cloudpe/pr-7/' }),
      );
      // The old versions stay, should it have been a mistake.
      expect(Versions.length).toBeGreaterThan(0);
    });

    test('another answer stops it', async () => {
      const at = settings({}, { WORKSPACE: 'pr-7' });
      const { edges, done } = edgesFor(at, { answer: 'yes' });
      expect(await destroyWorkspace(at, {}, edges)).toBe(false);
      expect(done).toEqual([]);
    });

    test.each([
      [{ WORKSPACE: 'pr-9' }, 'pr-9', /^local has no workspace "pr-9": there are (default, pr-7|pr-7, default)$/],
      [{}, 'default', /^workspace default is local itself, which this command does not destroy/],
      [{ WORKSPACE: 'pr-7' }, undefined, /^destroying asks first and there is no terminal.*--approve pr-7$/],
      [{ WORKSPACE: 'pr-7' }, 'pr-8', /^--approve must name the workspace, pr-7, got "pr-8"$/],
    ])('%j with --approve %s is refused', async (variables, approved, text) => {
      const at = settings({}, variables);
      const { edges, done } = edgesFor(at);
      await expect(destroyWorkspace(at, { approved }, edges)).rejects.toThrow(text);
      expect(done).toEqual([]);
    });

    test('what is protected is refused before anything is looked at', async () => {
      const at = settings(
        { database: { ...environments.local.database, deletionProtection: true } },
        { WORKSPACE: 'kept' },
      );
      const { edges, done, calls } = edgesFor(at);
      await expect(destroyWorkspace(at, { approved: 'kept' }, edges)).rejects.toThrow(
        'environments.local.database.deletionProtection must be false to destroy a workspace, got true: change the row, ' +
          'deploy it there (ENVIRONMENT=local WORKSPACE=kept npm run deploy), and try again',
      );
      expect([done, calls]).toEqual([[], []]);
    });

    test('a workspace that somebody works on is left alone', async () => {
      await put(
        'cloudpe/pr-7/local/application.tfstate.tflock',
        '{"Who": "bob@ci", "Operation": "OperationTypeApply"}',
      );
      const at = settings({}, { WORKSPACE: 'pr-7' });
      const { edges, done } = edgesFor(at);
      await expect(destroyWorkspace(at, { approved: 'pr-7' }, edges)).rejects.toThrow(
        /^the state of application is locked: apply by bob@ci/,
      );
      expect(done).toEqual([]);
    });
  });
});
