import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import type { Account } from './account';
import { policy } from './policy';

export interface LogBucketProps {
  /** Unique among all buckets of the world. */
  readonly name: string;
  readonly account: Account;
  readonly retentionDays: number;

  /** Whether it may be deleted while it holds logs. @default false */
  readonly forceDestroy?: boolean;
}

/** A bucket that receives the access logs of load balancers: private, TLS only, forgetting. */
export class LogBucket extends Construct {
  public readonly bucket: string;
  public readonly arn: string;

  public constructor(scope: Construct, id: string, props: LogBucketProps) {
    super(scope, id);
    const { id: accountId, region } = props.account;
    const bucket = new S3Bucket(this, 'Bucket', { bucket: props.name, forceDestroy: props.forceDestroy ?? false });
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
    new S3BucketServerSideEncryptionConfigurationA(this, 'Encryption', {
      bucket: bucket.id,
      // Elastic Load Balancing writes with S3's own keys only: a KMS key would refuse its logs.
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    });
    const versioning = new S3BucketVersioningA(this, 'Versioning', {
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      bucket: bucket.id,
      rule: [
        {
          id: 'forget',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          expiration: [{ days: props.retentionDays }],
          noncurrentVersionExpiration: [{ noncurrentDays: 7 }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
      ],
      dependsOn: [versioning],
    });
    new S3BucketPolicy(this, 'Policy', {
      bucket: bucket.id,
      policy: policy([
        {
          sid: 'TlsOnly',
          effect: 'Deny',
          principals: '*',
          actions: ['s3:*'],
          resources: [bucket.arn, `${bucket.arn}/*`],
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          sid: 'LoadBalancersWrite',
          principals: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
          actions: ['s3:PutObject'],
          resources: [`${bucket.arn}/*/AWSLogs/${accountId}/*`],
          conditions: {
            ArnLike: { 'aws:SourceArn': `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/*` },
          },
        },
      ]),
      dependsOn: [block],
    });
    this.bucket = bucket.id;
    this.arn = bucket.arn;
  }
}
