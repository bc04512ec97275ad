import type { Account } from './account';
import type { Statement } from './policy';

export interface DeployRightsProps {
  readonly project: string;
  readonly environment: string;
  readonly account: Account;

  /** Where the state is, and the key that encrypts it. */
  readonly state: { readonly bucketArn: string; readonly keyArn: string };

  /** What every role made by a deployment is held to. */
  readonly boundaryArn: string;

  /** The domain whose records are written. @default - none */
  readonly domain?: string;
}

type Conditions = NonNullable<Statement['conditions']>;

/**
 * What planning one environment needs, in all its workspaces: to read, and to hold the lock of a state.
 *
 * Names begin with `<project>-<workspace>-<environment>`. Where AWS gives no name to scope by, the tag `environment` that
 * the provider puts on everything does.
 */
export function planRights(props: DeployRightsProps): Statement[] {
  const { state, project, environment } = props;
  const { arns, ours, here } = scopes(props);
  return [
    {
      sid: 'FindState',
      actions: ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucket*'],
      resources: [state.bucketArn],
    },
    {
      sid: 'ReadState',
      actions: ['s3:GetObject'],
      resources: [`${state.bucketArn}/${project}/*/${environment}/*`],
    },
    {
      sid: 'LockState',
      actions: ['s3:PutObject', 's3:DeleteObject'],
      resources: [`${state.bucketArn}/${project}/*/${environment}/*.tflock`],
    },
    { sid: 'DecryptState', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [state.keyArn] },
    {
      // Descriptions have no resource to scope by, and hold no secret.
      sid: 'Describe',
      actions: [
        ...['acm:DescribeCertificate', 'acm:ListTagsForCertificate', 'application-autoscaling:Describe*'],
        ...['application-autoscaling:ListTagsForResource', 'cloudwatch:Describe*', 'cloudwatch:ListTagsForResource'],
        ...['ec2:Describe*', 'ecr:GetAuthorizationToken', 'ecs:Describe*', 'ecs:List*'],
        ...['elasticloadbalancing:Describe*', 'kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus'],
        ...['kms:List*', 'logs:Describe*', 'logs:ListTagsForResource', 'rds:Describe*', 'rds:ListTagsForResource'],
        ...['secretsmanager:GetRandomPassword', 'ssm:DescribeParameters', 'wafv2:Get*', 'wafv2:List*'],
      ],
      resources: ['*'],
      conditions: { StringEquals: here },
    },
    { sid: 'ReadZones', actions: ['route53:Get*', 'route53:List*'], resources: ['*'] },
    { sid: 'ReadRoles', actions: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:List*'], resources: [arns.roles] },
    { sid: 'ReadLogBucket', actions: ['s3:Get*', 's3:ListBucket*'], resources: [arns.logBucket] },
    {
      sid: 'ReadRegistry',
      actions: ['ecr:BatchGetImage', 'ecr:BatchCheckLayerAvailability', 'ecr:Describe*', 'ecr:Get*', 'ecr:List*'],
      resources: [arns.repositories],
    },
    {
      // Ephemeral resources read the parameters back at every plan.
      sid: 'ReadParameters',
      actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:ListTagsForResource'],
      resources: arns.parameters,
    },
    { sid: 'DecryptParameters', actions: ['kms:Decrypt'], resources: ['*'], conditions: { StringEquals: ours } },
  ];
}

/** What deploying one environment needs beyond `planRights`, in groups that each fit a managed policy (6,144 characters). */
export function deployRights(props: DeployRightsProps): { readonly data: Statement[]; readonly compute: Statement[] } {
  const { state, project, environment, account, boundaryArn, domain } = props;
  const { arns, ours, asked, here } = scopes(props);
  const held: Conditions = { StringEquals: { 'iam:PermissionsBoundary': boundaryArn } };
  return {
    data: [
      {
        // Deleting leaves a marker: the versions of a state stay for as long as the bucket keeps them.
        sid: 'WriteState',
        actions: ['s3:PutObject', 's3:DeleteObject'],
        resources: [`${state.bucketArn}/${project}/*/${environment}/*`],
      },
      {
        sid: 'MakeKeys',
        actions: ['kms:CreateKey', 'kms:TagResource'],
        resources: ['*'],
        conditions: { StringEquals: asked },
      },
      {
        sid: 'UseKeys',
        actions: [
          ...['kms:CreateAlias', 'kms:CreateGrant', 'kms:DeleteAlias', 'kms:Encrypt', 'kms:EnableKeyRotation'],
          ...['kms:GenerateDataKey*', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:TagResource'],
          ...['kms:UntagResource', 'kms:UpdateKeyDescription'],
        ],
        resources: ['*'],
        conditions: { StringEquals: ours },
      },
      {
        sid: 'NameKeys',
        actions: ['kms:CreateAlias', 'kms:DeleteAlias', 'kms:UpdateAlias'],
        resources: [arns.aliases],
      },
      {
        sid: 'Database',
        actions: [
          ...['rds:*Tag*', 'rds:Create*', 'rds:Delete*', 'rds:Modify*', 'rds:Reset*', 'rds:Reboot*'],
          'rds:RestoreDBInstanceFromDBSnapshot',
        ],
        resources: arns.databases,
      },
      {
        sid: 'Parameters',
        actions: ['ssm:AddTagsToResource', 'ssm:DeleteParameter*', 'ssm:PutParameter', 'ssm:RemoveTagsFromResource'],
        resources: arns.parameters,
      },
      {
        sid: 'Registry',
        actions: ['ecr:*Image*', 'ecr:*Layer*', 'ecr:*LifecyclePolicy', 'ecr:*Repository', 'ecr:*TagResource'],
        resources: [arns.repositories],
      },
      {
        sid: 'LogBucket',
        actions: ['s3:CreateBucket', 's3:Delete*', 's3:Put*'],
        resources: [arns.logBucket, `${arns.logBucket}/*`],
      },
      {
        sid: 'LogGroups',
        actions: [
          ...['logs:AssociateKmsKey', 'logs:CreateLogGroup', 'logs:DeleteLogGroup', 'logs:DeleteRetentionPolicy'],
          ...['logs:DisassociateKmsKey', 'logs:PutRetentionPolicy', 'logs:TagResource', 'logs:UntagResource'],
        ],
        resources: arns.logGroups,
      },
      {
        // A firewall's log is delivered by the account's log delivery, which has no ARN.
        sid: 'LogDelivery',
        actions: ['logs:*LogDelivery', 'logs:*ResourcePolic*'],
        resources: ['*'],
        conditions: { StringEquals: here },
      },
    ],
    compute: [
      {
        sid: 'MakeRoles',
        actions: ['iam:AttachRolePolicy', 'iam:CreateRole', 'iam:PutRolePolicy', 'iam:PutRolePermissionsBoundary'],
        resources: [arns.roles],
        // Without it a deployment could write itself a role that may do everything.
        conditions: held,
      },
      {
        sid: 'ChangeRoles',
        actions: [
          ...['iam:DeleteRole', 'iam:DeleteRolePolicy', 'iam:DetachRolePolicy', 'iam:TagRole', 'iam:UntagRole'],
          ...['iam:UpdateAssumeRolePolicy', 'iam:UpdateRole', 'iam:UpdateRoleDescription'],
        ],
        resources: [arns.roles],
      },
      {
        sid: 'HandRoles',
        actions: ['iam:PassRole'],
        resources: [arns.roles],
        conditions: {
          StringEquals: {
            'iam:PassedToService': [
              'ecs-tasks.amazonaws.com',
              'monitoring.rds.amazonaws.com',
              'vpc-flow-logs.amazonaws.com',
            ],
          },
        },
      },
      {
        sid: 'ServiceRoles',
        actions: ['iam:CreateServiceLinkedRole'],
        resources: [`arn:aws:iam::${account.id}:role/aws-service-role/*`],
        conditions: {
          StringEquals: {
            'iam:AWSServiceName': [
              'ecs.amazonaws.com',
              'ecs.application-autoscaling.amazonaws.com',
              'elasticloadbalancing.amazonaws.com',
              'rds.amazonaws.com',
              'wafv2.amazonaws.com',
            ],
          },
        },
      },
      {
        sid: 'MakeNetwork',
        actions: [
          ...['ec2:AllocateAddress', 'ec2:CreateFlowLogs', 'ec2:CreateInternetGateway', 'ec2:CreateNatGateway'],
          ...['ec2:CreateRouteTable', 'ec2:CreateSecurityGroup', 'ec2:CreateSubnet', 'ec2:CreateVpc*'],
        ],
        resources: ['*'],
        conditions: { StringEquals: here },
      },
      {
        sid: 'TagAtBirth',
        actions: ['ec2:CreateTags'],
        resources: ['*'],
        conditions: { StringEquals: asked, StringLike: { 'ec2:CreateAction': '*' } },
      },
      {
        sid: 'ChangeNetwork',
        actions: [
          ...['ec2:Associate*', 'ec2:Attach*', 'ec2:AuthorizeSecurityGroup*', 'ec2:CreateRoute', 'ec2:CreateTags'],
          ...['ec2:Delete*', 'ec2:Detach*', 'ec2:Disassociate*', 'ec2:Modify*', 'ec2:ReleaseAddress'],
          ...['ec2:Replace*', 'ec2:RevokeSecurityGroup*', 'ec2:UpdateSecurityGroup*'],
        ],
        resources: ['*'],
        conditions: { StringEquals: ours },
      },
      {
        sid: 'MakeBalancers',
        actions: ['elasticloadbalancing:AddTags', 'elasticloadbalancing:Create*'],
        resources: ['*'],
        conditions: { StringEquals: asked },
      },
      {
        sid: 'ChangeBalancers',
        actions: [
          ...['elasticloadbalancing:AddTags', 'elasticloadbalancing:Create*', 'elasticloadbalancing:Delete*'],
          ...['elasticloadbalancing:Modify*', 'elasticloadbalancing:RemoveTags', 'elasticloadbalancing:Set*'],
          ...['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL'],
        ],
        resources: ['*'],
        conditions: { StringEquals: ours },
      },
      { sid: 'Services', actions: ['ecs:*'], resources: arns.ecs },
      {
        // A revision that is not ours yet has no name to scope by until it is registered.
        sid: 'TaskDefinitions',
        actions: ['ecs:CreateCluster', 'ecs:DeregisterTaskDefinition'],
        resources: ['*'],
        conditions: { StringEquals: here },
      },
      {
        sid: 'Scaling',
        actions: [
          ...['application-autoscaling:Delete*', 'application-autoscaling:Deregister*'],
          ...[
            'application-autoscaling:Put*',
            'application-autoscaling:Register*',
            'application-autoscaling:*TagResource',
          ],
        ],
        resources: ['*'],
        conditions: {
          StringEquals: { ...here, 'application-autoscaling:service-namespace': 'ecs' },
        },
      },
      {
        sid: 'Alarms',
        actions: ['cloudwatch:DeleteAlarms', 'cloudwatch:PutMetricAlarm', 'cloudwatch:*TagResource'],
        resources: [arns.alarms],
      },
      {
        sid: 'Firewall',
        actions: ['wafv2:*'],
        resources: [arns.firewalls, `arn:aws:wafv2:${account.region}:${account.id}:regional/managedruleset/*`],
      },
      ...(domain === undefined ? [] : records(domain, here)),
    ],
  };
}

function records(domain: string, here: Readonly<Record<string, string>>): Statement[] {
  return [
    {
      sid: 'Certificates',
      actions: ['acm:AddTagsToCertificate', 'acm:DeleteCertificate', 'acm:RequestCertificate'],
      resources: ['*'],
      conditions: { StringEquals: here },
    },
    {
      sid: 'Records',
      actions: ['route53:ChangeResourceRecordSets'],
      resources: ['arn:aws:route53:::hostedzone/*'],
      conditions: {
        'ForAllValues:StringLike': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [domain, `*.${domain}`],
        },
      },
    },
  ];
}

/** ARNs and conditions that mean: of this environment, in whatever workspace. */
function scopes({ project, environment, account }: DeployRightsProps) {
  const { id, region } = account;
  const name = `${project}-*-${environment}`;
  const at = (service: string, resource: string): string => `arn:aws:${service}:${region}:${id}:${resource}`;
  return {
    arns: {
      roles: `arn:aws:iam::${id}:role/${name}-*`,
      logBucket: `arn:aws:s3:::${name}-access-logs-*`,
      repositories: at('ecr', `repository/${name}/*`),
      aliases: at('kms', `alias/${name}-*`),
      parameters: [
        at('ssm', `parameter/${project}/${environment}/*`),
        // The other workspaces.
        at('ssm', `parameter/${project}/${environment}-*`),
      ],
      // RDS's own daily snapshots are called `rds:…`.
      databases: ['db', 'pg', 'subgrp', 'snapshot', 'snapshot:rds'].map((kind) => at('rds', `${kind}:${name}-*`)),
      logGroups: ['/ecs/', '/vpc/', '/aws/rds/instance/', 'aws-waf-logs-', '/aws/ecs/containerinsights/'].map(
        (prefix) => at('logs', `log-group:${prefix}${name}*`),
      ),
      ecs: [`cluster/${name}`, `service/${name}/*`, `task-definition/${name}-*`, `task/${name}/*`].map((resource) =>
        at('ecs', resource),
      ),
      alarms: at('cloudwatch', `alarm:${name}-*`),
      firewalls: at('wafv2', `regional/webacl/${name}-*`),
    },
    ours: { 'aws:ResourceTag/project': project, 'aws:ResourceTag/environment': environment },
    asked: { 'aws:RequestTag/project': project, 'aws:RequestTag/environment': environment },
    here: { 'aws:RequestedRegion': region },
  };
}
