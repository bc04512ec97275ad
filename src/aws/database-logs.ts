import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key';
import { LogGroup } from './log-group';

export interface DatabaseLogsProps {
  readonly identifier: string;
  readonly retentionDays: number;
  readonly key: EncryptionKey;
}

/** The log groups into which RDS exports a MySQL instance's logs. */
export class DatabaseLogs extends Construct {
  /** The exports that help without holding what users typed: no general log. */
  public static readonly TYPES = ['error', 'slowquery'] as const;

  /** What must exist before the instance. */
  public readonly resources: ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: DatabaseLogsProps) {
    super(scope, id);
    this.resources = DatabaseLogs.TYPES.map((type) => {
      const group = new LogGroup(this, type, {
        // The name is RDS's choice.
        name: `/aws/rds/instance/${props.identifier}/${type}`,
        retentionDays: props.retentionDays,
        key: props.key,
      });
      return group.resource;
    });
  }
}
