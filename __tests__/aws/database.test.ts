import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DbInstance } from '@cdktf/provider-aws/lib/db-instance';
import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { describe, expect, test } from 'vitest';
import { Database, type DatabaseProps } from '../../src/aws/database';
import { account, keyIn, subnets } from '../support/fixtures';
import { Synthesized } from '../support/synth';

function database(overrides: Partial<DatabaseProps> = {}): Synthesized {
  return Synthesized.scope((scope) => {
    new Database(scope, 'Database', {
      name: 'shop-database',
      instances: { main: {} },
      serving: 'main',
      identifierOf: (name) => (name === 'main' ? 'shop-database' : `shop-database-${name}`),
      account,
      subnets,
      key: keyIn(scope, 'DataKey'),
      logsKey: keyIn(scope, 'LogsKey'),
      logsRetentionDays: 30,
      path: (...parts) => ['/shop', ...parts].join('/'),
      instanceClass: 'db.t3.micro',
      storageGiB: 20,
      maxStorageGiB: 100,
      backupRetentionDays: 7,
      backupWindow: '03:00-04:00',
      maintenanceWindow: 'sun:05:00-sun:06:00',
      passwordVersion: 3,
      ...overrides,
    });
  });
}

const instance = (overrides: Partial<DatabaseProps> = {}) => database(overrides).only(DbInstance);

describe('Database', () => {
  test('is MySQL 8.4, private, encrypted with a key of ours, its certificate authority pinned', () => {
    expect(instance()).toMatchObject({
      engine: 'mysql',
      engine_version: '8.4',
      publicly_accessible: false,
      storage_encrypted: true,
      kms_key_id: expect.stringContaining('aws_kms_key.DataKey') as string,
      ca_cert_identifier: 'rds-ca-rsa2048-g1',
      auto_minor_version_upgrade: true,
    });
  });

  test('admits nobody by itself', () => {
    expect(database().all(VpcSecurityGroupIngressRule)).toEqual([]);
  });

  test('requires TLS and records what the monitoring reads', () => {
    const settings = database().only(DbParameterGroup).parameter as { name: string; value: string }[];
    expect(Object.fromEntries(settings.map(({ name, value }) => [name, value]))).toMatchObject({
      require_secure_transport: '1',
      slow_query_log: '1',
      performance_schema: '1',
    });
  });

  test('refuses deletion and keeps a last snapshot unless told otherwise', () => {
    expect(instance()).toMatchObject({
      deletion_protection: true,
      skip_final_snapshot: false,
      final_snapshot_identifier: 'shop-database-final',
    });
    expect(instance({ deletionProtection: false })).toMatchObject({
      deletion_protection: false,
      skip_final_snapshot: true,
    });
  });

  test('waits for the maintenance window unless told otherwise', () => {
    expect(instance()).toMatchObject({ apply_immediately: false });
    expect(instance({ applyChanges: 'immediately' })).toMatchObject({ apply_immediately: true });
  });

  test('grows up to its limit, and not at all when the limit is its size', () => {
    expect(instance()).toMatchObject({ allocated_storage: 20, max_allocated_storage: 100 });
    expect(instance({ maxStorageGiB: 20 })).not.toHaveProperty('max_allocated_storage');
  });

  test('samples the operating system by a role of its own, unless off', () => {
    expect(instance()).toMatchObject({ monitoring_interval: 60 });
    const off = database({ enhancedMonitoringSeconds: 0 });
    expect(off.only(DbInstance)).not.toHaveProperty('monitoring_role_arn');
    expect(off.all(IamRole)).toEqual([]);
  });

  test('encrypts Performance Insights where it is chosen', () => {
    expect(instance({ performanceInsights: true })).toMatchObject({
      performance_insights_enabled: true,
      performance_insights_kms_key_id: expect.stringContaining('DataKey') as string,
    });
  });

  test('updates on a copy where that is chosen', () => {
    expect(instance({ blueGreenUpdate: true })).toMatchObject({ blue_green_update: { enabled: true } });
    expect(instance()).not.toHaveProperty('blue_green_update');
  });

  test('has its log groups, encrypted and forgetting, before RDS would make them', () => {
    const built = database();
    expect(built.all(CloudwatchLogGroup)).toMatchObject([
      { name: '/aws/rds/instance/shop-database/error', retention_in_days: 30 },
      { name: '/aws/rds/instance/shop-database/slowquery', retention_in_days: 30 },
    ]);
    expect(built.only(DbInstance).depends_on).toHaveLength(2);
  });
});

describe('an instance beside the one that serves', () => {
  const SNAPSHOT = 'rds:shop-database-2026-11-24-03-07';
  const both = { main: {}, restored: { fromSnapshot: SNAPSHOT } };
  const beside = (overrides: Partial<DatabaseProps> = {}) =>
    database({ instances: both, ...overrides }).one(DbInstance, 'Database_Instances_restored_Instance');

  test('starts from a snapshot with its schema and user', () => {
    expect(beside()).toMatchObject({ identifier: 'shop-database-restored', snapshot_identifier: SNAPSHOT });
    expect(beside()).not.toHaveProperty('db_name');
    expect(beside()).not.toHaveProperty('username');
  });

  test('is like the main one in all that does not name it', () => {
    const own = ['identifier', 'snapshot_identifier', 'db_name', 'username', 'final_snapshot_identifier', 'depends_on'];
    const rest = (attributes: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(attributes).filter(([name]) => !own.includes(name) && name !== '//'));
    expect(rest(beside())).toEqual(rest(instance()));
  });

  test('leaves the main one as it was, in place and content', () => {
    const alone = database().resources;
    const together = database({ instances: both }).resources;
    expect(together).toEqual(expect.arrayContaining(alone) as unknown);
    expect(together.filter((each) => !alone.some(({ id }) => id === each.id)).map(({ type }) => type)).toEqual([
      'aws_cloudwatch_log_group',
      'aws_cloudwatch_log_group',
      'aws_db_instance',
    ]);
  });

  test('gets the requests when it serves, by the same parameter', () => {
    const endpoint = (overrides: Partial<DatabaseProps>) => database(overrides).one(SsmParameter, 'Database_Endpoint');
    const name = expect.stringMatching(
      /^\$\{aws_db_instance\.Database_Instances_restored_.*\.address\}:3306$/,
    ) as string;
    expect(endpoint({ instances: both, serving: 'restored' })).toMatchObject({ name: '/shop/endpoint', value: name });
    expect(endpoint({ instances: both })).toEqual(endpoint({}));
  });

  test('may be the only one', () => {
    const { restored } = both;
    const built = database({ instances: { restored }, serving: 'restored' });
    expect(built.only(DbInstance)).toMatchObject({ identifier: 'shop-database-restored' });
  });

  test('may lose its protection alone, and keeps its last snapshot', () => {
    const retiring = database({ instances: { ...both, main: { deletionProtection: false } }, serving: 'restored' });
    expect(retiring.one(DbInstance, 'Database_Instance_')).toMatchObject({
      deletion_protection: false,
      skip_final_snapshot: false,
      final_snapshot_identifier: 'shop-database-final',
    });
    expect(retiring.one(DbInstance, 'Database_Instances_restored_Instance')).toMatchObject({
      deletion_protection: true,
    });
  });

  test('must be there to serve', () => {
    expect(() => database({ serving: 'restored' })).toThrow('serving must name one of the instances, got "restored"');
  });
});

describe('the passwords', () => {
  const SECRETS = ['/shop/password', '/shop/master/password', '/shop/monitor/password'];

  test('are SecureStrings that Terraform writes and never reads', () => {
    const secure = database()
      .all(SsmParameter)
      .filter(({ type }) => type === 'SecureString');
    expect(secure.map(({ name }) => name).sort()).toEqual([...SECRETS].sort());
    for (const parameter of secure) {
      expect(parameter).not.toHaveProperty('value');
      expect(parameter).toMatchObject({
        value_wo: expect.stringMatching(
          /^\$\{ephemeral\.aws_secretsmanager_random_password\.\w+\.random_password\}$/,
        ) as string,
        value_wo_version: 3,
      });
    }
  });

  test('are three different ones', () => {
    const values = database()
      .all(SsmParameter)
      .flatMap(({ value_wo }) => value_wo ?? []);
    expect(new Set(values).size).toBe(3);
  });

  test('reach RDS from SSM, not from the generator: a random value is another one each time', () => {
    const built = database();
    const { password_wo, password_wo_version } = built.only(DbInstance);
    expect(password_wo).toMatch(/^\$\{ephemeral\.aws_ssm_parameter\.Database_MasterPassword\.value\}$/);
    expect(password_wo_version).toBe(3);
    expect(built.template.ephemeral?.aws_ssm_parameter?.Database_MasterPassword).toEqual({
      arn: expect.stringContaining('aws_ssm_parameter.Database_MasterPassword') as string,
      with_decryption: true,
    });
  });

  test('all change with one number', () => {
    const built = database({ passwordVersion: 4 });
    expect(built.only(DbInstance)).toMatchObject({ password_wo_version: 4 });
    expect(built.all(SsmParameter).flatMap(({ value_wo_version }) => value_wo_version ?? [])).toEqual([4, 4, 4]);
  });

  test('have 32 letters and digits', () => {
    for (const block of Object.values(database().template.ephemeral?.aws_secretsmanager_random_password ?? {}))
      expect(block).toEqual({ password_length: 32, exclude_punctuation: true });
  });
});

test('the endpoint parameter holds host and port', () => {
  expect(database().one(SsmParameter, 'Database_Endpoint')).toMatchObject({
    name: '/shop/endpoint',
    value: expect.stringMatching(/^\$\{aws_db_instance\.\w+\.address\}:3306$/) as string,
  });
});
