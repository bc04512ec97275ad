import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lock } from 'proper-lockfile';

/**
 * Runs `work` while no other process of this user on this machine runs under the same name. A lock whose holder was killed
 * is taken over after 20 seconds.
 *
 * @throws Error when another process holds the lock for a minute
 */
export async function withMachineLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = path.join(os.tmpdir(), `cloudpe-${os.userInfo().username}`);
  mkdirSync(folder, { recursive: true });
  const release = await lock(path.join(folder, name), {
    // The file need not exist: its name is what is locked.
    realpath: false,
    stale: 20_000,
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
