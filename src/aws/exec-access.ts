import type { EncryptionKey } from './encryption-key';
import type { LogGroup } from './log-group';
import type { Statement } from './policy';

/** What a task needs so that ECS Exec can open a recorded shell in it. Source: AWS, "Amazon ECS Exec", 2026. */
export function execStatements(logs: LogGroup, key: EncryptionKey): Statement[] {
  return [
    {
      sid: 'OpenShellChannel',
      actions: [
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      // AWS defines no resource for these actions.
      resources: ['*'],
    },
    { sid: 'FindShellLogs', actions: ['logs:DescribeLogGroups'], resources: ['*'] },
    {
      sid: 'RecordShell',
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [`${logs.arn}:*`],
    },
    { sid: 'EncryptShell', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.arn] },
  ];
}
