import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { check, lock } from 'proper-lockfile';

/** What `up` and `down` of a workspace lock, followed by its name. */
export const UP = 'up-';

/** The file need not exist: its name is what is locked. */
const BY_NAME = { realpath: false, stale: 20_000 };

/**
 * Runs `work` while no other process of this user on this machine runs under the same name. A lock whose holder was killed
 * is taken over after 20 seconds.
 *
 * @throws Error when another process holds the lock for a minute
 */
export async function withMachineLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = lockFolder();
  mkdirSync(folder, { recursive: true });
  const release = await lock(path.join(folder, name), {
    ...BY_NAME,
    retries: { retries: 12, factor: 1, minTimeout: 5000, maxTimeout: 5000 },
  }).catch(() => {
    throw new Error(`another process of this machine is at it (${name}): wait for it, or end it`);
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

/** The names, from `prefix` on, under which work is going on now. */
export async function workUnder(prefix: string): Promise<string[]> {
  const folder = lockFolder();
  const files = await readdir(folder).catch(() => []);
  const names = files.flatMap((file) =>
    file.startsWith(prefix) && file.endsWith('.lock') ? [path.basename(file, '.lock')] : [],
  );
  const held = await Promise.all(names.map((name) => check(path.join(folder, name), BY_NAME)));
  return names.filter((_, index) => held[index]).map((name) => name.slice(prefix.length));
}

function lockFolder(): string {
  return path.join(os.tmpdir(), `cloudpe-${os.userInfo().username}`);
}
