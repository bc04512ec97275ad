import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy';
import { AppautoscalingScheduledAction } from '@cdktf/provider-aws/lib/appautoscaling-scheduled-action';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { EcsService } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { FargateService, type FargateServiceProps } from '../../src/aws/fargate-service';
import type { LoadBalancer } from '../../src/aws/load-balancer';
import { account, balancerIn, clusterIn, keyIn, subnets } from '../support/fixtures';
import { containersOf, statementsOf, Synthesized } from '../support/synth';

type Overrides = Partial<FargateServiceProps>;

function service(overrides: Overrides = {}, around?: (scope: Construct, built: FargateService) => void): Synthesized {
  return serviceBehind(() => undefined, overrides, around);
}

function serviceBehind(
  entry: (scope: Construct) => LoadBalancer | undefined,
  overrides: Overrides = {},
  around?: (scope: Construct, built: FargateService) => void,
): Synthesized {
  return Synthesized.scope((scope) => {
    const key = keyIn(scope);
    const behind = entry(scope);
    const built = new FargateService(scope, 'Web', {
      name: 'shop-web',
      account,
      cluster: clusterIn(scope, key),
      subnets,
      logs: { groupName: '/ecs/shop/web-container', retentionDays: 30, key },
      cpu: 512,
      memoryMiB: 1024,
      architecture: 'x86_64',
      container: { name: 'web-container', image: 'web:1', port: 8080 },
      tasks: { min: 2, max: 4, desired: 3 },
      scaleOn: { cpuPercent: 60, memoryPercent: 75, requestsPerTarget: 100 },
      ...(behind && { behind }),
      ...overrides,
    });
    around?.(scope, built);
  });
}

describe('the service', () => {
  test('takes a release back when tasks or alarms fail', () => {
    const built = serviceBehind(balancerIn);
    expect(built.only(EcsService)).toMatchObject({
      deployment_circuit_breaker: { enable: true, rollback: true },
      alarms: { enable: true, rollback: true },
    });
    expect(built.all(CloudwatchMetricAlarm).map(({ alarm_name, metric_name }) => [alarm_name, metric_name])).toEqual([
      ['shop-web-latency', 'TargetResponseTime'],
      ['shop-web-server-errors', 'HTTPCode_Target_5XX_Count'],
      ['shop-web-unhealthy-hosts', 'UnHealthyHostCount'],
    ]);
  });

  test('runs in private subnets and is done when the new tasks serve', () => {
    expect(service().only(EcsService)).toMatchObject({
      network_configuration: { assign_public_ip: false, subnets: ['subnet-1', 'subnet-2'] },
      wait_for_steady_state: true,
    });
  });

  test('waits for the listener of its balancer and gives tasks time to become healthy', () => {
    const built = serviceBehind(balancerIn).only(EcsService);
    expect(built.depends_on).toEqual([expect.stringContaining('aws_lb_listener.Entry_Http')]);
    expect(built.health_check_grace_period_seconds).toBe(60);
  });

  test('leaves the number of tasks to autoscaling after the first deployment', () => {
    expect(service().only(EcsService)).toMatchObject({
      desired_count: 3,
      lifecycle: { ignore_changes: ['desired_count'] },
    });
  });

  test.each([
    ['safe', 100, 200, 'ENABLED'],
    ['quick', 0, 100, 'DISABLED'],
  ] as const)('rolls out %s with %i to %i percent of its tasks', (rollout, minimum, maximum, rebalancing) => {
    expect(service({ rollout }).only(EcsService)).toMatchObject({
      deployment_minimum_healthy_percent: minimum,
      deployment_maximum_percent: maximum,
      availability_zone_rebalancing: rebalancing,
    });
  });

  test.each([
    [0, [{ capacity_provider: 'FARGATE', weight: 100, base: 1 }]],
    [
      70,
      [
        { capacity_provider: 'FARGATE', weight: 30, base: 1 },
        { capacity_provider: 'FARGATE_SPOT', weight: 70, base: 0 },
      ],
    ],
    [100, [{ capacity_provider: 'FARGATE_SPOT', weight: 100, base: 0 }]],
  ])('with %i percent on Spot keeps the first task off it unless all are', (spotPercent, strategy) => {
    expect(service({ spotPercent }).only(EcsService)).toMatchObject({ capacity_provider_strategy: strategy });
  });

  test('refuses a container without a port behind a load balancer', () => {
    expect(() => serviceBehind(balancerIn, { container: { name: 'worker', image: 'worker:1' } })).toThrow(
      'container.port must be set behind a load balancer, got none for "worker"',
    );
  });

  test('of a worker listens on nothing: connecting to it is an error', () => {
    expect(() =>
      service({ container: { name: 'worker', image: 'worker:1' } }, (_, built) => {
        built.allowTo('ToItself', built);
      }),
    ).toThrow('container.port must be set to connect to it, got none for "worker"');
  });
});

describe('connections', () => {
  test('only the balancer reaches the tasks, on their port', () => {
    expect(serviceBehind(balancerIn).one(VpcSecurityGroupIngressRule, 'Entry_ToWeb')).toMatchObject({
      from_port: 8080,
      to_port: 8080,
      security_group_id: expect.stringContaining('Web_SecurityGroup') as string,
      referenced_security_group_id: expect.stringContaining('Entry_SecurityGroup') as string,
    });
  });

  test('tasks reach HTTPS anywhere and nothing else unless allowed', () => {
    expect(service().only(VpcSecurityGroupEgressRule)).toMatchObject({ from_port: 443, to_port: 443 });
  });

  test('without a way out, tasks reach the endpoints and S3’s addresses, and no address else', () => {
    const rules = service({ privateWay: { securityGroupId: 'sg-endpoints', s3PrefixListId: 'pl-s3' } }).all(
      VpcSecurityGroupEgressRule,
    );
    expect(rules).toHaveLength(2);
    expect(rules).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ from_port: 443, to_port: 443, referenced_security_group_id: 'sg-endpoints' }),
        expect.objectContaining({ from_port: 443, to_port: 443, prefix_list_id: 'pl-s3' }),
      ]),
    );
    for (const rule of rules) expect(rule).not.toHaveProperty('cidr_ipv4');
  });

  test('a client names the group of an internal server, and the addresses of a public one', () => {
    const rule = (reach: 'public' | 'internal') =>
      service({}, (scope, built) => {
        built.allowTo('ToEntry', balancerIn(scope, { reach, port: 4000 }));
      }).one(VpcSecurityGroupEgressRule, 'Web_ToEntryOut');
    expect(rule('internal')).toMatchObject({
      from_port: 4000,
      referenced_security_group_id: expect.stringContaining('Entry_SecurityGroup') as string,
    });
    expect(rule('public')).toMatchObject({ from_port: 4000, cidr_ipv4: '0.0.0.0/0' });
    expect(rule('public')).not.toHaveProperty('referenced_security_group_id');
  });
});

describe('the task', () => {
  test('runs where its data says', () => {
    expect(service({ architecture: 'arm64' }).only(EcsTaskDefinition)).toMatchObject({
      family: 'shop-web-task',
      cpu: '512',
      memory: '1024',
      runtime_platform: { cpu_architecture: 'ARM64', operating_system_family: 'LINUX' },
    });
  });

  test('logs without holding up the application', () => {
    expect(containersOf(service().only(EcsTaskDefinition))['web-container']).toMatchObject({
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-stream-prefix': 'web-container', mode: 'non-blocking' },
      },
    });
  });

  test('admits no shell unless chosen; then it is recorded, and its root is writable', () => {
    const off = service();
    expect(off.only(EcsService)).toMatchObject({ enable_execute_command: false });
    expect(containersOf(off.only(EcsTaskDefinition))['web-container']).toMatchObject({ readonlyRootFilesystem: true });
    expect(off.json).not.toContain('ssmmessages');

    const on = service({ exec: 'on' });
    expect(on.only(EcsService)).toMatchObject({ enable_execute_command: true });
    expect(containersOf(on.only(EcsTaskDefinition))['web-container']).toMatchObject({ readonlyRootFilesystem: false });
    expect(statementsOf(on.one(IamRolePolicy, 'Web_Roles_RunPolicy').policy).map(({ Sid }) => Sid)).toEqual([
      'OpenShellChannel',
      'FindShellLogs',
      'RecordShell',
      'EncryptShell',
    ]);
  });
});

describe('the roles', () => {
  const parameter = { name: '/shop/token', arn: 'arn:aws:ssm:eu-west-1:123456789012:parameter/shop/token' };
  const key = 'arn:aws:kms:eu-west-1:123456789012:key/1';

  test('start the task with what it is given, and nothing else', () => {
    const built = service({
      container: { name: 'web-container', image: 'web:1', secrets: { TOKEN: parameter } },
      keyArns: [key],
    });
    expect(statementsOf(built.only(IamRolePolicy).policy)).toEqual([
      { Sid: 'RegistryToken', Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: ['*'] },
      {
        Sid: 'WriteLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [expect.stringMatching(/^\$\{aws_cloudwatch_log_group\.Web_Logs\w+\.arn\}:\*$/)],
      },
      { Sid: 'ReadInjectedParameters', Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: [parameter.arn] },
      { Sid: 'DecryptInjectedParameters', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [key] },
    ]);
  });

  test('let the application read its own parameters', () => {
    const built = service({ reads: [parameter], keyArns: [key] });
    expect(statementsOf(built.one(IamRolePolicy, 'Web_Roles_RunPolicy').policy)).toEqual([
      { Sid: 'ReadOwnParameters', Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: [parameter.arn] },
      { Sid: 'DecryptOwnParameters', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [key] },
    ]);
  });

  test('let an application that needs nothing do nothing', () => {
    expect(service().json).not.toContain('run-task');
  });
});

describe('scaling', () => {
  test('keeps within its limits, out at once and in after the calm has lasted', () => {
    const built = service();
    expect(built.only(AppautoscalingTarget)).toMatchObject({ min_capacity: 2, max_capacity: 4 });
    for (const policy of built.all(AppautoscalingPolicy)) {
      expect(policy.target_tracking_scaling_policy_configuration).toMatchObject({
        scale_in_cooldown: 300,
        scale_out_cooldown: 60,
      });
    }
  });

  test('follows CPU and memory, and requests behind a balancer', () => {
    const names = (built: Synthesized) => built.all(AppautoscalingPolicy).map(({ name }) => name);
    expect(names(service())).toEqual(['shop-web-cpu', 'shop-web-memory']);
    expect(names(serviceBehind(balancerIn))).toEqual(['shop-web-cpu', 'shop-web-memory', 'shop-web-requests']);
  });

  test('changes its limits at the times of its schedules', () => {
    const night = { schedule: 'cron(0 22 * * ? *)', timezone: 'Europe/Berlin', minTasks: 1, maxTasks: 1 };
    expect(service({ schedules: { night } }).only(AppautoscalingScheduledAction)).toMatchObject({
      name: 'shop-web-night',
      schedule: 'cron(0 22 * * ? *)',
      timezone: 'Europe/Berlin',
      scalable_target_action: { min_capacity: '1', max_capacity: '1' },
    });
  });
});
