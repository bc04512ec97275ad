import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Run } from '../local/run';
import { readText } from './state-bucket';

const releaseSchema = z.object({
  version: z.string(),
  /** Empty when the checkout is not a repository. */
  commit: z.string(),
  /** Whether files differed from the commit. */
  changed: z.boolean(),
  images: z.record(z.string(), z.string()),
  at: z.iso.datetime(),
  by: z.string(),
});

/** What was deployed, so that the next deployment can say how to come back to it. */
export type Release = z.infer<typeof releaseSchema>;

/** Remembers the last release of one workspace, beside its states. */
export class Releases {
  public constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly statePrefix: string,
  ) {}

  /** Nothing before the first deployment; nothing either when the note cannot be read: it is help, not truth. */
  public async last(): Promise<Release | undefined> {
    const text = await readText(this.s3, this.bucket, this.key);
    if (text === undefined) return undefined;
    try {
      return releaseSchema.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }

  public async note(release: Release): Promise<void> {
    await this.s3.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: this.key,
        Body: `${JSON.stringify(release, undefined, 2)}\n`,
        ContentType: 'application/json',
      }),
    );
  }

  private get key(): string {
    return `${this.statePrefix}release.json`;
  }
}

/** The commit of the checkout. */
export async function checkout(run: Run, root: string): Promise<Pick<Release, 'commit' | 'changed'>> {
  const head = await run('git', ['rev-parse', 'HEAD'], { cwd: root });
  if (head.failed) return { commit: '', changed: false };
  const status = await run('git', ['status', '--porcelain'], { cwd: root });
  return { commit: head.stdout.trim(), changed: status.stdout.trim() !== '' };
}

/** How to come back to `last`. `called` is how this place is chosen: `ENVIRONMENT=test`. */
export function rollbackText(
  last: Release | undefined,
  now: Pick<Release, 'version' | 'commit'>,
  called: string,
): string {
  if (last === undefined) return 'This was the first deployment here: there is nothing to roll back to.';
  if (last.commit === '') return `Roll back: deploy version ${last.version} again, from where it came.`;
  if (last.commit === now.commit && last.version === now.version) {
    return 'The release before was the same version and commit: rolling back means deploying an older commit.';
  }
  const warning = last.changed ? ' (it also had changes that are in no commit)' : '';
  return [
    `Roll back to ${last.version}, deployed ${last.at.slice(0, 16).replace('T', ' ')} UTC by ${last.by}${warning}:`,
    `  git checkout ${last.commit.slice(0, 12)} && ${called} VERSION=${last.version} npm run deploy`,
  ].join('\n');
}
