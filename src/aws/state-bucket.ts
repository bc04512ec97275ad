import type { Construct } from 'constructs';
import type { Account } from './account';
import { EncryptionKey } from './encryption-key';
import { PrivateBucket } from './private-bucket';

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
export class StateBucket extends PrivateBucket {
  public constructor(scope: Construct, id: string, { name, account, oldVersionsDays = 90 }: StateBucketProps) {
    super(scope, id, {
      name,
      encryption: (bucket) => ({
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: 'aws:kms',
          kmsMasterKeyId: new EncryptionKey(bucket, 'Encryption', {
            name,
            description: `${name}: Terraform's state`,
            account,
          }).arn,
        },
        // One call to KMS for many objects instead of one for each.
        bucketKeyEnabled: true,
      }),
      forget: {
        id: 'forget-old-versions',
        // Current versions never expire: a state that has not changed for a year is still the truth.
        noncurrentVersionExpiration: [{ noncurrentDays: oldVersionsDays }],
        expiration: [{ expiredObjectDeleteMarker: true }],
      },
      statements: (arn) => [
        {
          // Whoever names no encryption gets the bucket's own; whoever names a weaker one is refused.
          sid: 'KeyOnly',
          effect: 'Deny',
          principals: '*',
          actions: ['s3:PutObject'],
          resources: [`${arn}/*`],
          conditions: { StringNotEqualsIfExists: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
        },
      ],
    });
  }

  /** The key that encrypts it. */
  public get keyArn(): string {
    const key = this.node.findChild('Encryption');
    if (!(key instanceof EncryptionKey)) throw new Error('a state bucket must have a key of its own');
    return key.arn;
  }
}
