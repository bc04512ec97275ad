import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { EcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { describe, expect, test } from 'vitest';
import { Cluster } from '../../src/aws/cluster';
import { EncryptionKey } from '../../src/aws/encryption-key';
import { FlowLogs } from '../../src/aws/flow-logs';
import { account, clusterIn, keyIn } from '../support/fixtures';
import { statementsOf, Synthesized } from '../support/synth';

describe('EncryptionKey', () => {
  test('rotates every year and cannot be lost at once', () => {
    expect(Synthesized.scope((scope) => void keyIn(scope)).only(KmsKey)).toMatchObject({
      enable_key_rotation: true,
      deletion_window_in_days: 30,
    });
  });

  test('admits CloudWatch Logs for the log groups of one deployment only', () => {
    const key = Synthesized.scope((scope) => {
      new EncryptionKey(scope, 'Key', {
        name: 'logs',
        description: 'log groups',
        account,
        statements: [EncryptionKey.forLogs(account, '*shop')],
      });
    }).only(KmsKey);
    expect(statementsOf(key.policy)[1]).toMatchObject({
      Principal: { Service: 'logs.eu-west-1.amazonaws.com' },
      Condition: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:eu-west-1:123456789012:log-group:*shop*' },
      },
    });
  });
});

describe('FlowLogs', () => {
  const flowLogs = (traffic: 'all' | 'rejected') =>
    Synthesized.scope((scope) => {
      const key = keyIn(scope);
      new FlowLogs(scope, 'FlowLogs', {
        name: 'shop',
        vpcId: 'vpc-1',
        account,
        traffic,
        groupName: '/vpc/shop',
        retentionDays: 30,
        key,
      });
    });

  test.each([
    ['all', 'ALL'],
    ['rejected', 'REJECT'],
  ] as const)('of %s traffic record %s', (traffic, type) => {
    expect(flowLogs(traffic).only(FlowLog)).toMatchObject({ traffic_type: type });
  });

  test('may write to their own group, for this account', () => {
    const built = flowLogs('all');
    expect(statementsOf(built.only(IamRolePolicy).policy)[0]?.Resource).toEqual([
      expect.stringMatching(/^\$\{aws_cloudwatch_log_group\.FlowLogs_\w+\.arn\}:\*$/),
    ]);
    expect(statementsOf(built.only(IamRole).assume_role_policy)[0]).toMatchObject({
      Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    });
  });
});

describe('Cluster', () => {
  test('records shells in a log group of its own, encrypted', () => {
    const built = Synthesized.scope((scope) => void clusterIn(scope, keyIn(scope)));
    expect(built.only(EcsCluster)).toMatchObject({
      configuration: {
        execute_command_configuration: {
          logging: 'OVERRIDE',
          kms_key_id: expect.stringContaining('aws_kms_key.TestKey') as string,
          log_configuration: { cloud_watch_encryption_enabled: true },
        },
      },
    });
  });

  test('has the group of Container Insights before ECS would make it without a key', () => {
    const built = Synthesized.scope((scope) => void clusterIn(scope, keyIn(scope)));
    expect(built.one(CloudwatchLogGroup, 'TestCluster_InsightsLogs')).toMatchObject({
      name: '/aws/ecs/containerinsights/shop/performance',
      retention_in_days: 30,
    });
    expect(built.only(EcsCluster).depends_on).toHaveLength(1);
  });

  test('has none without Container Insights', () => {
    const built = Synthesized.scope((scope) => {
      new Cluster(scope, 'Cluster', {
        name: 'shop',
        containerInsights: 'disabled',
        execGroupName: '/ecs/shop/exec',
        logs: { retentionDays: 30, key: keyIn(scope) },
      });
    });
    expect(built.only(CloudwatchLogGroup)).toMatchObject({ name: '/ecs/shop/exec' });
  });
});
