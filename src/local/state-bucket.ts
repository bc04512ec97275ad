import { readlinkSync } from 'node:fs';
import path from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import pRetry from 'p-retry';
import { StepError } from './logged';
import type { Run } from './run';

/** Creates the bucket that holds the state, unless it is there. */
export async function ensureStateBucket(s3: S3Client, bucket: string): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BucketAlreadyOwnedByYou') throw error;
  }
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
}

/**
 * Removes the locks that an interrupted run left on the states under `prefix`.
 *
 * @returns who held them
 * @throws StepError when a Terraform of this machine works on that state for longer than a minute
 */
export async function removeStaleLocks(s3: S3Client, bucket: string, prefix: string, run: Run): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  const locks = Contents.flatMap(({ Key }) => (Key?.endsWith('.tflock') ? [Key] : []));
  const owners: string[] = [];
  for (const key of locks) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const { Who, Created, Operation } = JSON.parse((await Body?.transformToString()) ?? '{}') as Record<string, string>;
    const owner = `${key}: ${Operation ?? 'unknown'} by ${Who ?? 'unknown'} since ${Created ?? 'unknown'}`;
    await waitForTerraform(run, key, owner);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    owners.push(owner);
  }
  return owners;
}

/** An interrupted Terraform finishes what it began and lets go of its lock: it gets a minute. */
async function waitForTerraform(run: Run, key: string, owner: string): Promise<void> {
  const look = async (): Promise<void> => {
    if (await terraformRuns(run, key)) throw new Error('it runs');
  };
  try {
    await pRetry(look, { retries: 30, factor: 1, minTimeout: 2000 });
  } catch {
    throw new StepError(`the state is locked by a Terraform that runs: wait for it\n${owner}`);
  }
}

/** Whether a Terraform of this machine works on the stack whose state is at `key`; where that cannot be seen, any counts. */
async function terraformRuns(run: Run, key: string): Promise<boolean> {
  const [project, workspace, environment, stack] = key.replace(/\.tfstate.*$/, '').split('/');
  const { stdout } = await run('pgrep', ['-x', 'terraform']);
  const folders = stdout.split('\n').flatMap((pid) => (pid === '' ? [] : [folderOf(pid)]));
  return folders.some(
    (folder) => folder === undefined || path.basename(folder) === [project, workspace, environment, stack].join('-'),
  );
}

/** The folder in which a process works; undefined on systems that do not tell. */
function folderOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
