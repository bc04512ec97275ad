import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key';

export interface LogGroupProps {
  readonly name: string;
  readonly retentionDays: number;
  readonly key: EncryptionKey;
}

/** An encrypted log group that forgets. */
export class LogGroup extends Construct {
  public readonly name: string;
  public readonly arn: string;
  public readonly resource: CloudwatchLogGroup;

  public constructor(scope: Construct, id: string, props: LogGroupProps) {
    super(scope, id);
    const group = new CloudwatchLogGroup(this, 'Group', {
      name: props.name,
      retentionInDays: props.retentionDays,
      kmsKeyId: props.key.arn,
    });
    this.name = group.name;
    this.arn = group.arn;
    this.resource = group;
  }
}
