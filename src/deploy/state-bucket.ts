import {
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { PROJECT } from '../identity';
import { lockText, type LockInfo } from './lock';

/** What became of the name of a state bucket. */
export type BucketStatus =
  { readonly kind: 'ours' } | { readonly kind: 'missing' } | { readonly kind: 'unfit'; readonly reason: string };

/** Whether `bucket` exists, belongs to `account` and to this project, and keeps old versions. */
export async function bucketStatus(s3: S3Client, bucket: string, account: string): Promise<BucketStatus> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { kind: 'missing' };
    if (status === 403) {
      return { kind: 'unfit', reason: `it belongs to another account than ${account}, or you may not use it` };
    }
    if (status === 301 || status === 400) return { kind: 'unfit', reason: 'it is in another region' };
    throw error;
  }
  const project = await projectTag(s3, bucket);
  if (project !== undefined && project !== PROJECT) {
    return { kind: 'unfit', reason: `its tag project says ${JSON.stringify(project)}` };
  }
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  if (Status !== 'Enabled') {
    return { kind: 'unfit', reason: 'it does not keep old versions, so it was not made by our state stack' };
  }
  return { kind: 'ours' };
}

/** @throws Error unless the bucket is there and ours, with what to do */
export async function checkStateBucket(
  s3: S3Client,
  { bucket, account, environment }: { readonly bucket: string; readonly account: string; readonly environment: string },
): Promise<void> {
  const status = await bucketStatus(s3, bucket, account);
  if (status.kind === 'missing') {
    throw new Error(
      `state bucket ${bucket} does not exist: make it once with ENVIRONMENT=${environment} npm run bootstrap`,
    );
  }
  if (status.kind === 'unfit') {
    throw new Error(
      `state bucket ${bucket} is not ours: ${status.reason}; correct environments.${environment}.state.bucket`,
    );
  }
}

/** @throws Error while a state under `prefix` is locked, naming who holds the lock of what */
export async function checkLocks(s3: S3Client, bucket: string, prefix: string): Promise<void> {
  const keys = (await keysUnder(s3, bucket, prefix)).map(({ key }) => key).filter((key) => key.endsWith('.tflock'));
  const texts: string[] = [];
  for (const key of keys) {
    const text = await readText(s3, bucket, key);
    // Released since it was listed.
    if (text !== undefined) texts.push(lockText(lockInfo(key, text)));
  }
  if (texts.length > 0) throw new Error(texts.join('\n'));
}

function lockInfo(key: string, text: string): LockInfo {
  const read = JSON.parse(text) as Readonly<Partial<Record<string, string>>>;
  return {
    id: read.ID ?? 'unknown',
    path: key.replace(/\.tflock$/, ''),
    operation: read.Operation ?? 'unknown',
    who: read.Who ?? 'unknown',
    created: read.Created ?? 'unknown',
  };
}

export interface StoredObject {
  readonly key: string;
  readonly modified: Date | undefined;
}

/** Every current object under `prefix`, however many. */
export async function keysUnder(s3: S3Client, bucket: string, prefix: string): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
    for (const { Key, LastModified } of page.Contents ?? []) {
      if (Key !== undefined) found.push({ key: Key, modified: LastModified });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return found;
}

/** The text of an object, or nothing when there is none. */
export async function readText(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToString();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function projectTag(s3: S3Client, bucket: string): Promise<string | undefined> {
  try {
    const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand({ Bucket: bucket }));
    return TagSet.find(({ Key }) => Key === 'project')?.Value;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchTagSet') return undefined;
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
