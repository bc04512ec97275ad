import type { Construct } from 'constructs';
import type { Account } from './account';
import { PrivateBucket } from './private-bucket';

export interface LogBucketProps {
  /** Unique among all buckets of the world. */
  readonly name: string;
  readonly account: Account;
  readonly retentionDays: number;

  /** Whether it may be deleted, with all that it holds; otherwise Terraform refuses to plan it. @default false */
  readonly forceDestroy?: boolean;
}

/** A bucket that receives the access logs of load balancers: private, TLS only, forgetting. */
export class LogBucket extends PrivateBucket {
  public constructor(scope: Construct, id: string, { name, account, retentionDays, forceDestroy }: LogBucketProps) {
    super(scope, id, {
      name,
      ...(forceDestroy !== undefined && { forceDestroy }),
      // Elastic Load Balancing writes with S3's own keys only: a KMS key would refuse its logs.
      encryption: () => ({ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }),
      forget: {
        id: 'forget',
        expiration: [{ days: retentionDays }],
        noncurrentVersionExpiration: [{ noncurrentDays: 7 }],
      },
      statements: (arn) => [
        {
          sid: 'LoadBalancersWrite',
          principals: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
          actions: ['s3:PutObject'],
          resources: [`${arn}/*/AWSLogs/${account.id}/*`],
          conditions: {
            ArnLike: {
              'aws:SourceArn': `arn:aws:elasticloadbalancing:${account.region}:${account.id}:loadbalancer/*`,
            },
          },
        },
      ],
    });
  }
}
