import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import type { Account } from './account';
import type { EncryptionKey } from './encryption-key';
import { LogGroup } from './log-group';
import { policy, trustPolicy } from './policy';

export interface FlowLogsProps {
  readonly name: string;
  readonly vpcId: string;
  readonly account: Account;
  readonly traffic: 'all' | 'rejected';
  readonly groupName: string;
  readonly retentionDays: number;
  readonly key: EncryptionKey;
}

/** Who talked to whom in a VPC, in a log group. */
export class FlowLogs extends Construct {
  public constructor(scope: Construct, id: string, props: FlowLogsProps) {
    super(scope, id);
    const logs = new LogGroup(this, 'Logs', {
      name: props.groupName,
      retentionDays: props.retentionDays,
      key: props.key,
    });
    const role = new IamRole(this, 'Role', {
      name: `${props.name}-flow-logs`,
      assumeRolePolicy: trustPolicy('vpc-flow-logs.amazonaws.com', props.account.id),
    });
    new IamRolePolicy(this, 'Write', {
      name: 'write-flow-logs',
      role: role.name,
      policy: policy([
        {
          sid: 'WriteOwnGroup',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          resources: [`${logs.arn}:*`],
        },
      ]),
    });
    new FlowLog(this, 'FlowLog', {
      vpcId: props.vpcId,
      trafficType: props.traffic === 'all' ? 'ALL' : 'REJECT',
      logDestination: logs.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
      tags: { Name: props.name },
    });
  }
}
