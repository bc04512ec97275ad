import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { PROJECT } from '../identity';
import { UP, workUnder } from './machine-lock';

/** The workspaces of the local environment that have a state. */
export async function deployedWorkspaces(s3: S3Client, bucket: string): Promise<string[]> {
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${PROJECT}/` }));
    return [
      ...new Set(Contents.flatMap(({ Key = '' }) => /^[^/]+\/([^/]+)\/local\/\w+\.tfstate$/.exec(Key)?.[1] ?? [])),
    ];
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchBucket') return [];
    throw error;
  }
}

/** The workspaces that the emulator serves besides `own`: deployed, or being brought up and without a state as yet. */
export async function otherWorkspaces(s3: S3Client, bucket: string, own: string): Promise<string[]> {
  const served = new Set([...(await deployedWorkspaces(s3, bucket)), ...(await workUnder(UP))]);
  served.delete(own);
  return [...served];
}

/** Whether there is a state at `key`: its stack was applied, or began to be. */
export async function hasState(s3: S3Client, bucket: string, key: string): Promise<boolean> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key }));
  return Contents.some(({ Key }) => Key === key);
}

/** Removes every version of the states under `prefix`, for what they described is gone. */
export async function forgetState(s3: S3Client, bucket: string, prefix: string): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }),
  );
  const Objects = [...Versions, ...DeleteMarkers].flatMap(({ Key, VersionId }) =>
    Key === undefined ? [] : [{ Key, ...(VersionId !== undefined && { VersionId }) }],
  );
  if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
}
