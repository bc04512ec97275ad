/* eslint-disable no-template-curly-in-string -- these are expressions of Terraform */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReviewError } from '../../src/review/error';
import { reportOf } from '../../src/review/report';
import { planStacks, readStacks, shortNames } from '../../src/review/stacks';

const hasTerraform = execaSync('terraform', ['version'], { reject: false }).exitCode === 0;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stacks-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Stacks = Record<string, { dependencies?: string[]; document: Record<string, unknown> }>;

/** A synthesized folder as CDKTF writes it. */
function synthesize(stacks: Stacks): void {
  const manifest = { version: '0.21.0', stacks: {} as Record<string, unknown> };
  for (const [id, { dependencies = [], document }] of Object.entries(stacks)) {
    manifest.stacks[id] = { name: id, synthesizedStackPath: `stacks/${id}/cdk.tf.json`, dependencies };
    mkdirSync(join(folder, 'stacks', id), { recursive: true });
    const backend = { local: { path: join(folder, `${id}.tfstate`) } };
    writeFileSync(join(folder, 'stacks', id, 'cdk.tf.json'), JSON.stringify({ terraform: { backend }, ...document }));
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

const data = (resources: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  document: { resource: { terraform_data: resources }, ...rest },
});

const consumer = (): Stacks[string] => ({
  dependencies: ['shop-test-base'],
  document: {
    data: {
      terraform_remote_state: { base: { backend: 'local', config: { path: join(folder, 'shop-test-base.tfstate') } } },
    },
    resource: { terraform_data: { app: { input: '${data.terraform_remote_state.base.outputs.name}' } } },
  },
});

function apply(id: string): void {
  const cwd = join(folder, 'stacks', id);
  execaSync('terraform', ['init', '-input=false'], { cwd });
  execaSync('terraform', ['apply', '-auto-approve', '-input=false'], { cwd });
}

async function review() {
  const { plans, ...rest } = await planStacks(await readStacks(folder));
  return reportOf(
    plans.map(({ plan }) => plan),
    rest,
  );
}

test('stacks come in the order in which they need each other', async () => {
  synthesize({
    'x-c': { dependencies: ['x-b'], ...data({}) },
    'x-a': data({}),
    'x-b': { dependencies: ['x-a'], ...data({}) },
  });
  expect((await readStacks(folder)).map(({ id }) => id)).toEqual(['x-a', 'x-b', 'x-c']);
});

test('a circle of stacks is refused', async () => {
  synthesize({ a: { dependencies: ['b'], ...data({}) }, b: { dependencies: ['a'], ...data({}) } });
  await expect(readStacks(folder)).rejects.toThrow('stacks depend on each other in a circle: a, b');
});

test('a folder that nobody synthesized is named', async () => {
  await expect(readStacks(folder)).rejects.toThrow(/manifest\.json: not found; synthesize first/);
});

test('names lose what all of them share', () => {
  expect([...shortNames(['p-default-test-app', 'p-default-test-foundation']).values()]).toEqual(['app', 'foundation']);
  expect([...shortNames(['one']).values()]).toEqual(['one']);
  expect([...shortNames(['a-b', 'a-b-c']).values()]).toEqual(['b', 'b-c']);
});

describe.skipIf(!hasTerraform)('with Terraform itself', { timeout: 60_000 }, () => {
  test('a consumer of a stack that is not applied is reported, not fatal', async () => {
    synthesize({
      'shop-test-base': data(
        { name: { input: 'a' } },
        { output: { name: { value: '${terraform_data.name.output}' } } },
      ),
      'shop-test-app': consumer(),
    });
    const report = await review();
    expect(report.verdict.level).toBe('person');
    expect(report.stacks).toEqual([
      { name: 'base', state: 'planned' },
      { name: 'app', state: 'not planned', note: 'it needs values of base, which is not applied yet' },
    ]);
  });

  test('when the producer is applied, both are planned, and nothing is to do once all is', async () => {
    synthesize({
      'shop-test-base': data(
        { name: { input: 'a' } },
        { output: { name: { value: '${terraform_data.name.output}' } } },
      ),
      'shop-test-app': consumer(),
    });
    apply('shop-test-base');
    expect((await review()).counts.created).toBe(1);
    apply('shop-test-app');
    expect((await review()).verdict.level).toBe('nothing');
  });

  test('a consumer is marked as planned against a producer that changes', async () => {
    synthesize({
      'shop-test-base': data(
        { name: { input: 'a' } },
        { output: { name: { value: '${terraform_data.name.output}' } } },
      ),
      'shop-test-app': consumer(),
    });
    apply('shop-test-base');
    synthesize({
      'shop-test-base': data(
        { name: { input: 'b' } },
        { output: { name: { value: '${terraform_data.name.output}' } } },
      ),
      'shop-test-app': consumer(),
    });
    expect((await review()).stacks[1]?.note).toBe(
      'planned against base as it is today; review again after that is applied',
    );
  });

  test('a replacement by trigger says what forced it, and a secret stays one', async () => {
    const resources = (trigger: string, secret: string) =>
      data(
        { a: { triggers_replace: [trigger] }, b: { input: { deep: ['${var.secret}'] } } },
        { variable: { secret: { type: 'string', sensitive: true, default: secret } } },
      );
    synthesize({ one: resources('first', 'canary-old-secret') });
    apply('one');
    synthesize({ one: resources('second', 'canary-new-secret') });
    const report = await review();
    expect(report.losses[0]).toMatchObject({ address: 'terraform_data.a', how: 'replaced' });
    expect(report.losses[0]?.forcedBy.map(({ text }) => text)).toEqual(['removed first', 'added second']);
    expect(report.updates[0]?.address).toBe('terraform_data.b');
    expect(JSON.stringify(report)).not.toContain('canary');
  });

  test('moved and removed blocks show as such', async () => {
    synthesize({ one: data({ a: { input: 1 }, gone: { input: 2 } }) });
    apply('one');
    synthesize({
      one: data(
        { b: { input: 1 } },
        {
          moved: [{ from: 'terraform_data.a', to: 'terraform_data.b' }],
          removed: [{ from: 'terraform_data.gone', lifecycle: { destroy: false } }],
        },
      ),
    });
    const report = await review();
    expect(report.moves).toEqual([{ from: 'terraform_data.a', to: 'terraform_data.b' }]);
    expect(report.forgotten).toEqual(['terraform_data.gone']);
  });

  test('a stack that Terraform cannot plan is reported next to the others, and fatal alone', async () => {
    const broken = data({ a: { input: '${nonsense.x.y}' } });
    synthesize({ 'x-good': data({ a: { input: 1 } }), 'x-bad': broken });
    const report = await review();
    expect(report.stacks.find(({ name }) => name === 'bad')).toMatchObject({
      state: 'not planned',
      note: expect.stringContaining('Error: Reference to undeclared resource') as string,
    });
    rmSync(join(folder, 'manifest.json'));
    synthesize({ bad: broken });
    await expect(review()).rejects.toThrow(ReviewError);
  });

  test('a plan that would destroy what the code protects says so, and what it would do', async () => {
    const kept = (trigger: number) =>
      data({ a: { triggers_replace: [trigger], lifecycle: { prevent_destroy: true } }, b: { input: trigger } });
    synthesize({ 'x-one': kept(1), 'x-two': data({ c: { input: 1 } }) });
    apply('x-one');
    synthesize({ 'x-one': kept(2), 'x-two': data({ c: { input: 1 } }) });
    const report = await review();
    expect(report.verdict.level).toBe('person');
    expect(report.verdict.sentence).toContain('Terraform failed while planning one');
    expect(report.findings.find(({ fact }) => fact === 'plan-failed')).toMatchObject({
      said: 'Terraform failed while planning (Error: Instance cannot be destroyed): what follows is only a part',
    });
  });

  test('no plan with its secrets stays on disk', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('plan-review-'));
    synthesize({ one: data({ a: { input: 1 } }) });
    await review();
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('plan-review-') && !before.includes(name))).toEqual(
      [],
    );
    expect(existsSync(join(folder, 'one.tfstate'))).toBe(false);
  });
});
