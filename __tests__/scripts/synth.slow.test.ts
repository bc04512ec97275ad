import { execa } from 'execa';
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../support/environments';

/** A checkout of its own, whose program says which words it was made from. */
let checkout: string;

const write = async (file: string, content: string): Promise<void> => {
  await writeFile(join(checkout, file), content);
};

const synth = async (): Promise<string> => {
  const { stdout } = await execa('node', ['scripts/synth.mjs'], { cwd: checkout });
  return stdout;
};

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'synth-test-'));
  await mkdir(join(checkout, 'src'));
  await mkdir(join(checkout, 'node_modules/spoken'), { recursive: true });
  await cp(join(ROOT, 'scripts'), join(checkout, 'scripts'), { recursive: true });
  await symlink(join(ROOT, 'node_modules/esbuild'), join(checkout, 'node_modules/esbuild'));
  await write('package.json', '{ "type": "module" }');
  await write('tsconfig.json', '{}');
  await write('node_modules/.package-lock.json', '{}');
  await write('node_modules/spoken/package.json', '{ "name": "spoken", "main": "index.js" }');
  await write('node_modules/spoken/index.js', "exports.spoken = 'package-1';");
  await write('src/word.ts', "export const word = 'source-1';");
  await write(
    'main.ts',
    "import { spoken } from 'spoken'; import { word } from './src/word'; console.log(word, spoken);",
  );
});

afterEach(async () => {
  await rm(checkout, { recursive: true, force: true });
});

describe('fresh code is never missed', () => {
  test('runs what was edited between two runs', async () => {
    expect(await synth()).toBe('source-1 package-1');
    await write('src/word.ts', "export const word = 'source-2';");
    expect(await synth()).toBe('source-2 package-1');
    await write('main.ts', "console.log('main-2');");
    expect(await synth()).toBe('main-2');
  });

  test('notices an edit that keeps length and time of the file', async () => {
    const { atime, mtime } = await stat(join(checkout, 'src/word.ts'));
    expect(await synth()).toBe('source-1 package-1');
    await write('src/word.ts', "export const word = 'source-3';");
    await utimes(join(checkout, 'src/word.ts'), atime, mtime);
    expect(await synth()).toBe('source-3 package-1');
  });

  test('goes back to the code of before when an edit is taken back', async () => {
    await synth();
    await write('src/word.ts', "export const word = 'source-2';");
    await synth();
    await write('src/word.ts', "export const word = 'source-1';");
    expect(await synth()).toBe('source-1 package-1');
  });

  test('notices a new file that stands before the one that was imported', async () => {
    expect(await synth()).toBe('source-1 package-1');
    await write('src/word.tsx', "export const word = 'newcomer';");
    expect(await synth()).toBe('newcomer package-1');
  });

  test('notices a package that was changed where it is installed', async () => {
    expect(await synth()).toBe('source-1 package-1');
    await write('node_modules/spoken/index.js', "exports.spoken = 'package-2';");
    expect(await synth()).toBe('source-1 package-2');
  });
});

describe('packages', () => {
  const packagesBundle = async (): Promise<string> => {
    const names = await readdir(join(checkout, '.cloudpe/bundle'));
    return join(checkout, '.cloudpe/bundle', names.find((name) => /^packages-.*\.cjs$/.test(name)) ?? 'missing');
  };

  test('are not bundled again after an edit of ours', async () => {
    await synth();
    const before = await stat(await packagesBundle());
    await write('src/word.ts', "export const word = 'source-2';");
    expect(await synth()).toBe('source-2 package-1');
    expect((await stat(await packagesBundle())).ctimeMs).toBe(before.ctimeMs);
  });

  test('are bundled again when their bundle is gone', async () => {
    await synth();
    await rm(await packagesBundle());
    expect(await synth()).toBe('source-1 package-1');
  });

  test('of both kinds give what they give to Node', async () => {
    await mkdir(join(checkout, 'node_modules/modern'));
    await write('node_modules/modern/package.json', '{ "name": "modern", "type": "module", "main": "index.js" }');
    await write('node_modules/modern/index.js', "import s from 'spoken'; export default 'modern ' + s.spoken;");
    await mkdir(join(checkout, 'node_modules/flagged'));
    await write('node_modules/flagged/package.json', '{ "name": "flagged", "main": "index.js" }');
    await write('node_modules/flagged/index.js', 'exports.__esModule = true; exports.default = "inner";');
    const program = [
      "import modern from 'modern'; import whole from 'spoken'; import * as every from 'spoken'; import flagged from 'flagged';",
      "import { basename } from 'node:path';",
      'console.log(JSON.stringify([modern, whole.spoken, every.spoken, flagged, basename("a/b")]));',
    ].join('\n');
    await write('main.ts', program);
    await write('main.mjs', program);
    const { stdout } = await execa('node', ['main.mjs'], { cwd: checkout });
    expect(await synth()).toBe(stdout);
    expect(stdout).toContain('modern package-1');
  });

  test('that are missing are named', async () => {
    await write('main.ts', "import 'absent';");
    await expect(synth()).rejects.toThrow('Could not resolve "absent"');
  });
});

test('two runs at once do not disturb each other', async () => {
  expect(await Promise.all([synth(), synth(), synth()])).toEqual(Array.from({ length: 3 }, () => 'source-1 package-1'));
});

test('ends with the code of the program, and says what the program says', async () => {
  await write('main.ts', "console.error('ENVIRONMENT must be one of …'); process.exitCode = 1;");
  const { exitCode, stderr } = await execa('node', ['scripts/synth.mjs'], { cwd: checkout, reject: false });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'ENVIRONMENT must be one of …' });
});
