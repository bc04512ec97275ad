import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { describe, expect, test } from 'vitest';
import { LogBucket, type LogBucketProps } from '../../src/aws/log-bucket';
import { account } from '../support/fixtures';
import { statementsOf, Synthesized } from '../support/synth';

function bucket(overrides: Partial<LogBucketProps> = {}): Synthesized {
  return Synthesized.scope((scope) => {
    new LogBucket(scope, 'Logs', { name: 'shop-logs', account, retentionDays: 30, ...overrides });
  });
}

describe('LogBucket', () => {
  test('is private in every way', () => {
    expect(bucket().only(S3BucketPublicAccessBlock)).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });

  test('refuses plain HTTP and lets the load balancers of this account write', () => {
    const [deny, allow] = statementsOf(bucket().only(S3BucketPolicy).policy);
    expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(allow).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: ['s3:PutObject'],
      Resource: [expect.stringMatching(/\/\*\/AWSLogs\/123456789012\/\*$/)],
      Condition: {
        ArnLike: { 'aws:SourceArn': 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/*' },
      },
    });
  });

  test('forgets after its days, and what was overwritten or never finished sooner', () => {
    expect(bucket({ retentionDays: 90 }).only(S3BucketLifecycleConfiguration).rule).toMatchObject([
      {
        expiration: [{ days: 90 }],
        noncurrent_version_expiration: [{ noncurrent_days: 7 }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
      },
    ]);
  });

  test('is not deleted while it holds logs unless told otherwise', () => {
    expect(bucket().only(S3Bucket)).toMatchObject({ force_destroy: false });
    expect(bucket({ forceDestroy: true }).only(S3Bucket)).toMatchObject({ force_destroy: true });
  });
});
