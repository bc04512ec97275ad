import { execa } from 'execa';
import { cp, mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
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

test('two runs at once do not disturb each other', async () => {
  expect(await Promise.all([synth(), synth(), synth()])).toEqual(Array.from({ length: 3 }, () => 'source-1 package-1'));
});

test('ends with the code of the program, and says what the program says', async () => {
  await write('main.ts', "console.error('ENVIRONMENT must be one of …'); process.exitCode = 1;");
  const { exitCode, stderr } = await execa('node', ['scripts/synth.mjs'], { cwd: checkout, reject: false });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'ENVIRONMENT must be one of …' });
});
