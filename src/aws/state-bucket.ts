import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import type { Account } from './account';
import { EncryptionKey } from './encryption-key';
import { policy } from './policy';

export interface StateBucketProps {
  /** Unique among all buckets of the world. */
  readonly name: string;
  readonly account: Account;

  /** How long an overwritten or deleted state can be brought back. @default 90 */
  readonly oldVersionsDays?: number;
}

/**
 * The bucket that holds Terraform's state: versioned, encrypted with a key of its own, TLS only, never public.
 *
 * Terraform refuses to destroy the bucket and the key: without either, nobody knows what is deployed.
 */
export class StateBucket extends Construct {
  public readonly arn: string;
  public readonly keyArn: string;

  public constructor(scope: Construct, id: string, props: StateBucketProps) {
    super(scope, id);
    const { name, account, oldVersionsDays = 90 } = props;
    const lifecycle = { preventDestroy: true };
    const key = new EncryptionKey(this, 'Encryption', { name, description: `${name}: Terraform's state`, account });
    // Other keys may go with what they encrypt; this one may not, so it is protected here and not by a prop of theirs.
    const kmsKey = key.node.findChild('Key');
    if (kmsKey instanceof KmsKey) kmsKey.lifecycle = lifecycle;

    const bucket = new S3Bucket(this, 'Bucket', { bucket: name, lifecycle });
    const block = new S3BucketPublicAccessBlock(this, 'Private', {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketOwnershipControls(this, 'Ownership', {
      bucket: bucket.id,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, 'ByKey', {
      bucket: bucket.id,
      rule: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.arn },
          // One call to KMS for many objects instead of one for each.
          bucketKeyEnabled: true,
        },
      ],
    });
    const versioning = new S3BucketVersioningA(this, 'Versioning', {
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      bucket: bucket.id,
      rule: [
        {
          id: 'forget-old-versions',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          // Current versions never expire: a state that has not changed for a year is still the truth.
          noncurrentVersionExpiration: [{ noncurrentDays: oldVersionsDays }],
          expiration: [{ expiredObjectDeleteMarker: true }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
      ],
      dependsOn: [versioning],
    });
    const everything = [bucket.arn, `${bucket.arn}/*`];
    new S3BucketPolicy(this, 'Policy', {
      bucket: bucket.id,
      policy: policy([
        {
          sid: 'TlsOnly',
          effect: 'Deny',
          principals: '*',
          actions: ['s3:*'],
          resources: everything,
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          // Whoever names no encryption gets the bucket's own; whoever names a weaker one is refused.
          sid: 'KeyOnly',
          effect: 'Deny',
          principals: '*',
          actions: ['s3:PutObject'],
          resources: [`${bucket.arn}/*`],
          conditions: { StringNotEqualsIfExists: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
        },
      ]),
      dependsOn: [block],
    });
    this.arn = bucket.arn;
    this.keyArn = key.arn;
  }
}
