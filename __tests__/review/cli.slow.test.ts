import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { fixtureText } from './plans';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'review-cli-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const own = (name: string): string => join(import.meta.dirname, 'fixtures', 'own', `${name}.json`);
const run = (
  args: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
) =>
  execa('node_modules/.bin/tsx', ['src/review/cli.ts', '--checkov', 'off', ...args], {
    cwd: root,
    reject: false,
    input,
    env: { ENVIRONMENT: undefined, WORKSPACE: undefined, ...env },
  });

describe('the command', { timeout: 60_000 }, () => {
  test.each([
    ['nothing', 0],
    ['image-change', 2],
    ['database-replaced', 3],
  ])('ends with a code that a pipeline can decide by: %s → %i', async (name, code) => {
    expect((await run(['--plan', own(name)])).exitCode).toBe(code);
  });

  test.each([
    [['--plan', 'nowhere.json'], 'review: --plan nowhere.json: no such file'],
    [['--plan', own('nothing'), '--accept', 'x'], '--accept must be ADDRESS=REASON'],
    [['--plan', own('nothing'), '--format', 'pdf'], 'Allowed choices are terminal, markdown, html, json'],
    [['--plan', own('nothing'), '--config', 'nowhere.json'], '--config nowhere.json: cannot be read'],
    [[], 'ENVIRONMENT must name the environment'],
  ])('%j is an error with one reason', async (args, reason) => {
    const { exitCode, stderr, stdout } = await run(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
  });

  test('reads several plans and standard input', async () => {
    const { stdout, exitCode } = await run(['--plan', own('image-change'), '-', '--format', 'json'], {
      input: fixtureText('own/database-class'),
    });
    expect((JSON.parse(stdout) as { stacks: { name: string }[] }).stacks.map(({ name }) => name)).toEqual([
      'image-change',
      'plan',
    ]);
    expect(exitCode).toBe(3);
  });

  test('writes a file and nothing else', async () => {
    const file = join(scratch, 'report.html');
    const { stdout, exitCode } = await run(['--plan', own('image-change'), '--format', 'html', '--out', file]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test('accepts by address', async () => {
    const { stdout, exitCode } = await run([
      '--plan',
      own('database-replaced'),
      '--accept',
      'aws_db_instance.Database_Instance_02E622FB=empty, agreed',
    ]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('accepted: empty, agreed');
  });

  test("reads the team's rules", async () => {
    const file = join(scratch, 'rules.json');
    writeFileSync(file, JSON.stringify({ severity: { 'connections-drop': 'note' } }));
    expect((await run(['--plan', own('database-class'), '--config', file])).exitCode).toBe(2);
  });

  test('refuses a plan of another environment', async () => {
    const { stderr, exitCode } = await run(['--plan', own('database-class')], { env: { ENVIRONMENT: 'prod' } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the plan is for environment "local" by its tags, but ENVIRONMENT is for "prod"');
  });
});
