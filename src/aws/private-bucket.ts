import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import {
  S3BucketServerSideEncryptionConfigurationA,
  type S3BucketServerSideEncryptionConfigurationRuleA,
} from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import { policy, type Statement } from './policy';

export interface PrivateBucketProps {
  /** Unique among all buckets of the world. */
  readonly name: string;

  /** How it encrypts; `bucket` is the scope for a key of its own. */
  readonly encryption: (bucket: Construct) => S3BucketServerSideEncryptionConfigurationRuleA;

  /** What it forgets, and when. */
  readonly forget: Omit<S3BucketLifecycleConfigurationRule, 'status' | 'filter' | 'abortIncompleteMultipartUpload'>;

  /** What its policy says beside "TLS only". */
  readonly statements: (bucketArn: string) => readonly Statement[];

  /** Whether it may be deleted, with all that it holds; otherwise Terraform refuses to plan it. @default false */
  readonly forceDestroy?: boolean;
}

/** What every bucket here has: versions, encryption, an owner, no way in from the internet or without TLS. */
export abstract class PrivateBucket extends Construct {
  public readonly bucket: string;
  public readonly arn: string;

  protected constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { forceDestroy = false } = props;
    const encryption = props.encryption(this);
    const bucket = new S3Bucket(this, 'Bucket', {
      bucket: props.name,
      forceDestroy,
      ...(!forceDestroy && { lifecycle: { preventDestroy: true } }),
    });
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
    new S3BucketServerSideEncryptionConfigurationA(this, 'Encrypted', { bucket: bucket.id, rule: [encryption] });
    const versioning = new S3BucketVersioningA(this, 'Versioning', {
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      bucket: bucket.id,
      rule: [
        {
          ...props.forget,
          status: 'Enabled',
          filter: [{ prefix: '' }],
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
        ...props.statements(bucket.arn),
      ]),
      dependsOn: [block],
    });
    this.bucket = bucket.id;
    this.arn = bucket.arn;
  }
}
