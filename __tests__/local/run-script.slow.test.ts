import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const project = path.resolve(import.meta.dirname, '../..');
const lock = (version: string) =>
  JSON.stringify({
    packages: {
      '': {},
      'node_modules/tsx': { version },
      'node_modules/for-macos': { version: '1.0.0', optional: true },
    },
  });
const installed = (version: string) => JSON.stringify({ packages: { 'node_modules/tsx': { version } } });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-test-'));
  for (const name of ['scripts', 'src/local', 'src/test', 'bin', 'node_modules']) {
    await mkdir(path.join(folder, name), { recursive: true });
  }
  await cp(path.join(project, 'scripts/run.mjs'), path.join(folder, 'scripts/run.mjs'));
  await symlink(path.join(project, 'node_modules/tsx'), path.join(folder, 'node_modules/tsx'));
  await file('package.json', '{"type":"module"}');
  await file('package-lock.json', lock('2.0.0'));
  await file('node_modules/.package-lock.json', installed('2.0.0'));
  const program =
    'const args: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify({ args, cwd: process.cwd() }));\n';
  await file('src/local/cli.ts', `${program}process.exitCode = 7;\n`);
  await file('src/test/cli.ts', program);
  // An npm that notes how it was called and installs.
  await file(
    'bin/npm',
    `#!/bin/sh\necho "$@" >'${folder}/npm-called'\necho '${installed('2.0.0')}' >node_modules/.package-lock.json\n`,
  );
  await chmod(path.join(folder, 'bin/npm'), 0o755);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const file = async (name: string, content: string) => writeFile(path.join(folder, name), content);
const npmCalls = async () => readFile(path.join(folder, 'npm-called'), 'utf8').catch(() => undefined);

async function run(args: string[], cwd = folder) {
  const options = { cwd, reject: false, env: { PATH: `${folder}/bin:${process.env.PATH ?? ''}` } } as const;
  return execa(process.execPath, [path.join(folder, 'scripts/run.mjs'), ...args], options);
}

describe('the entry of the npm scripts', () => {
  test('runs the program with the command and its arguments, in the project folder, and keeps the exit code', async () => {
    const { stdout, exitCode } = await run(['up', '--yes', 'a b'], path.join(folder, 'src/local'));
    expect(JSON.parse(stdout)).toEqual({ args: ['up', '--yes', 'a b'], cwd: folder });
    expect(exitCode).toBe(7);
  });

  test('a program with a single command gets the arguments alone', async () => {
    const { stdout, exitCode } = await run(['test', '--only', 'unit']);
    expect(JSON.parse(stdout)).toMatchObject({ args: ['--only', 'unit'] });
    expect(exitCode).toBe(0);
  });

  test('an unknown command is answered with the known ones', async () => {
    const { stderr, exitCode } = await run(['upp']);
    expect(stderr).toMatch(/^the command must be one of up, down, .*, got "upp"$/);
    expect(exitCode).toBe(1);
  });

  test('installs nothing when all is there; packages for other systems may be missing', async () => {
    expect((await run(['test'])).stderr).toBe('');
    expect(await npmCalls()).toBeUndefined();
  });

  test.each([
    ['were never installed', undefined],
    ['are older than package-lock.json', installed('1.0.0')],
  ])('packages that %s are installed first, saying so', async (_, content) => {
    if (content === undefined) await rm(path.join(folder, 'node_modules/.package-lock.json'));
    else await file('node_modules/.package-lock.json', content);
    const { stderr, exitCode } = await run(['test']);
    expect(stderr).toMatch(/^Installing the packages .*\(npm ci\).*\nPackages installed in \d+ s$/);
    expect(await npmCalls()).toMatch(/^ci --include=dev /);
    expect(exitCode).toBe(0);
  });

  test('a failed installation ends it', async () => {
    await rm(path.join(folder, 'node_modules/.package-lock.json'));
    await file('bin/npm', '#!/bin/sh\necho no network >&2\nexit 3\n');
    const { stdout, stderr, exitCode } = await run(['test']);
    expect(stderr).toMatch(/no network\nnpm ci failed, its message is above/);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  test('a signal reaches the program', async () => {
    await file(
      'src/test/cli.ts',
      "process.on('SIGINT', () => process.exit(42));\nconsole.log('ready');\nsetInterval(() => {}, 1000);\n",
    );
    const child = spawn(process.execPath, [path.join(folder, 'scripts/run.mjs'), 'test'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(42);
  });
});
