import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Apt } from '../../src/local/apt';
import { ensureChromium } from '../../src/local/chromium';
import { scripted } from './scripted-run';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function fixture(osRelease: string, uid: number) {
  const { run, commands } = scripted({});
  return { apt: new Apt({ run, report: () => undefined, osRelease, uid }), commands };
}

describe('a browser', () => {
  test('the chosen one is used', async () => {
    const file = path.join(folder, 'mine');
    await writeFile(file, '');
    expect(await ensureChromium({ ...fixture('', 1000), chosen: file })).toEqual({ path: file });
  });

  test('a choice that does not exist is told, and not replaced by another', async () => {
    const chosen = path.join(folder, 'mine');
    expect(await ensureChromium({ ...fixture('ID=debian', 0), chosen })).toEqual({
      reason: `CHROMIUM names ${chosen}, which does not exist`,
    });
  });

  test('one in the search path is found', async () => {
    const file = path.join(folder, 'chromium');
    await writeFile(file, '');
    expect(await ensureChromium({ ...fixture('', 1000), searchPath: folder, elsewhere: [] })).toEqual({ path: file });
  });

  test.each([
    ['without root', 'ID=debian', 1000, 'only root can install packages'],
    ['on Ubuntu', 'ID=ubuntu', 0, 'Ubuntu has it as a snap only'],
  ])('%s none is installed, with the reason', async (_, osRelease, uid, reason) => {
    const { apt, commands } = fixture(osRelease, uid);
    expect(await ensureChromium({ apt, searchPath: folder, elsewhere: [] })).toEqual({
      reason: `no Chromium or Chrome found: install one, or name it with the variable CHROMIUM (not installed for you: ${reason})`,
    });
    expect(commands).toEqual([]);
  });

  test('on Debian as root it is installed', async () => {
    const { apt, commands } = fixture('ID=debian', 0);
    await ensureChromium({ apt, searchPath: folder, elsewhere: [] });
    expect(commands.at(-1)).toMatch(/ install .*chromium$/);
  });
});
