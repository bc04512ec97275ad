import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from './content-hash';

/** One image of this repository: where it is built from and which tag it has. */
export interface LocalImage {
  /** The folder's name under `images/`, which is also the service's name. */
  readonly name: string;
  readonly folder: string;

  /** In Docker's words: `linux/amd64`. */
  readonly platform: string;
  readonly tag: string;
}

const PLATFORMS = { x86_64: 'linux/amd64', arm64: 'linux/arm64' } as const;

/**
 * The image of service `name`, built from `images/<name>` under `root`.
 *
 * @throws Error that names the folders that exist, when this one does not
 */
export function localImage(root: string, name: string, architecture: 'x86_64' | 'arm64'): LocalImage {
  const folders = readdirSync(join(root, 'images'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, 'images', entry.name, 'Dockerfile')))
    .map((entry) => entry.name)
    .sort();
  if (!folders.includes(name)) {
    throw new Error(`services.${name} must have a folder images/${name}, found ${folders.join(', ')}`);
  }
  const folder = join(root, 'images', name);
  const platform = PLATFORMS[architecture];
  return { name, folder, platform, tag: contentHash({ folder, platform }) };
}
