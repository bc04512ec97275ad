import dockerignore from '@balena/dockerignore';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What an image is made from, besides the files. */
export interface ImageSource {
  /** The build context: a folder with a Dockerfile. */
  readonly folder: string;

  /** Such as `linux/amd64`. */
  readonly platform: string;

  /** @default - none */
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/**
 * 16 hex digits that stand for an image's content: every file of its folder that Docker would send (`.dockerignore` is
 * honoured), the executable bits, the build arguments and the platform. The same content has the same hash on every machine.
 *
 * @throws Error when the folder has no Dockerfile
 */
export function contentHash({ folder, platform, buildArgs = {} }: ImageSource): string {
  if (!existsSync(join(folder, 'Dockerfile'))) {
    throw new Error(`images must be folders with a Dockerfile, got ${JSON.stringify(folder)}`);
  }
  const hash = createHash('sha256');
  hash.update(JSON.stringify([platform, Object.entries(buildArgs).sort()]));
  for (const file of filesSent(folder)) {
    const path = join(folder, file);
    const stat = lstatSync(path);
    const content = stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path);
    hash.update(JSON.stringify([file, stat.isSymbolicLink() ? 'link' : (stat.mode & 0o111) !== 0, content.length]));
    hash.update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

function filesSent(folder: string): string[] {
  const ignoreFile = join(folder, '.dockerignore');
  const ignore = dockerignore();
  if (existsSync(ignoreFile)) ignore.add(readFileSync(ignoreFile, 'utf8'));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !isFolder(join(folder, file)))
    .map((file) => relative('.', file).split('\\').join('/'))
    .filter((file) => file === 'Dockerfile' || !ignore.ignores(file))
    .sort();
}

/** Whether `path` is a folder; a link counts as a file, wherever it points. */
function isFolder(path: string): boolean {
  return lstatSync(path).isDirectory();
}
