import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Construct } from 'constructs';
import type { Account } from './account';
import { policy, type Statement } from './policy';

export interface EncryptionKeyProps {
  readonly name: string;
  readonly description: string;
  readonly account: Account;

  /**
   * AWS services that use the key for themselves, such as CloudWatch Logs.
   *
   * @default - only what IAM policies of this account allow
   */
  readonly statements?: readonly Statement[];

  /** Whether Terraform refuses to plan its end: what it encrypted would be lost with it. @default true */
  readonly preventDestroy?: boolean;
}

/** A KMS key with yearly rotation. */
export class EncryptionKey extends Construct {
  public readonly arn: string;

  /** Its other name, `alias/…`, for the same key. */
  public readonly alias: string;

  public constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const { preventDestroy = true } = props;
    const key = new KmsKey(this, 'Key', {
      description: props.description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policy([
        {
          sid: 'AccountDecides',
          actions: ['kms:*'],
          // A key policy's resource is the key itself: `*` is the only way to write it.
          resources: ['*'],
          principals: { AWS: `arn:aws:iam::${props.account.id}:root` },
        },
        ...(props.statements ?? []),
      ]),
      ...(preventDestroy && { lifecycle: { preventDestroy } }),
    });
    const alias = new KmsAlias(this, 'Alias', { name: `alias/${props.name}`, targetKeyId: key.keyId });
    this.arn = key.arn;
    this.alias = alias.name;
  }

  /** The statement by which a key admits CloudWatch Logs for log groups whose names begin with `groupPrefix`. */
  public static forLogs(account: Account, groupPrefix: string): Statement {
    return {
      sid: 'CloudWatchLogs',
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      principals: { Service: `logs.${account.region}.amazonaws.com` },
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${account.region}:${account.id}:log-group:${groupPrefix}*`,
        },
      },
    };
  }
}
