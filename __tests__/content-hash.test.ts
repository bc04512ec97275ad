import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { contentHash } from '../src/images/content-hash';

const root = mkdtempSync(path.join(os.tmpdir(), 'cloudpe-hash-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let count = 0;

/** A folder with an image's files. */
function image(change: (folder: string) => void = () => undefined): string {
  count += 1;
  const folder = path.join(root, String(count));
  mkdirSync(path.join(folder, 'app'), { recursive: true });
  const files = {
    Dockerfile: 'FROM scratch',
    '.dockerignore': 'tests\n*.log\n',
    'start.sh': 'exec app',
    'app/a.py': 'a = 1',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  chmodSync(path.join(folder, 'start.sh'), 0o755);
  change(folder);
  return folder;
}

const hash = (folder: string): string => contentHash({ folder, platform: 'linux/amd64' });
const write = (name: string, text: string) => (folder: string) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
const before = hash(image());

describe('an image has another tag after', () => {
  test.each<[string, (folder: string) => void]>([
    ['a change of a file', write('app/a.py', 'a = 2')],
    ['a change of its Dockerfile', write('Dockerfile', 'FROM scratch\nUSER 1')],
    ['a new file', write('app/b.py', '')],
    [
      'a removed file',
      (folder) => {
        rmSync(path.join(folder, 'app/a.py'));
      },
    ],
    [
      'a renamed file',
      (folder) => {
        renameSync(path.join(folder, 'app/a.py'), path.join(folder, 'app/b.py'));
      },
    ],
    [
      'a file that moved',
      (folder) => {
        renameSync(path.join(folder, 'app/a.py'), path.join(folder, 'a.py'));
      },
    ],
    [
      'a script that may no longer be run',
      (folder) => {
        chmodSync(path.join(folder, 'start.sh'), 0o644);
      },
    ],
    [
      'a file that became a link',
      (folder) => {
        rmSync(path.join(folder, 'app/a.py'));
        symlinkSync('../start.sh', path.join(folder, 'app/a.py'));
      },
    ],
    [
      'text that moved from one file into the next',
      (folder) => {
        write('app/a.py', 'a = 1b')(folder);
        write('app/b.py', '')(folder);
      },
    ],
    [
      'what it ignores no longer being ignored',
      (folder) => {
        write('tests/t.py', '')(folder);
        write('.dockerignore', '*.log\n')(folder);
      },
    ],
  ])('%s', (_, change) => {
    expect(hash(image(change))).not.toBe(before);
  });

  test('another build argument, or another platform', () => {
    const folder = image();
    const tags = [
      contentHash({ folder, platform: 'linux/amd64', buildArgs: { VERSION: '1' } }),
      contentHash({ folder, platform: 'linux/amd64', buildArgs: { VERSION: '2' } }),
      contentHash({ folder, platform: 'linux/arm64' }),
    ];
    expect(new Set([before, ...tags]).size).toBe(4);
  });
});

describe('an image keeps its tag', () => {
  test('on another machine, in another folder', () => {
    const copy = path.join(root, 'elsewhere');
    cpSync(image(), copy, { recursive: true });
    expect(hash(copy)).toBe(before);
  });

  test.each<[string, (folder: string) => void]>([
    [
      'when a file was only touched',
      (folder) => {
        utimesSync(path.join(folder, 'app/a.py'), 1, 1);
      },
    ],
    ['when a file that Docker does not send changed', write('tests/t.py', 'assert True')],
    ['when a log was written', write('build.log', 'done')],
    [
      'when a file may be written by others too',
      (folder) => {
        chmodSync(path.join(folder, 'app/a.py'), 0o666);
      },
    ],
  ])('%s', (_, change) => {
    expect(hash(image(change))).toBe(before);
  });

  test('whatever the order of its build arguments is', () => {
    const folder = image();
    const tag = (buildArgs: Record<string, string>) => contentHash({ folder, platform: 'linux/amd64', buildArgs });
    expect(tag({ A: '1', B: '2' })).toBe(tag({ B: '2', A: '1' }));
  });
});

test('a tag is 16 hex digits', () => {
  expect(before).toMatch(/^[0-9a-f]{16}$/);
});

test('a folder without a Dockerfile is refused', () => {
  expect(() => hash(root)).toThrow(`images must be folders with a Dockerfile, got "${root}"`);
});
