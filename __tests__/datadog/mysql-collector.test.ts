import { expect, test } from 'vitest';
import { mysqlCollector, type MysqlCollectorProps } from '../../src/datadog/mysql-collector';

const parameter = (name: string) => ({ name, arn: `arn:${name}` });
const collector = (overrides: Partial<MysqlCollectorProps> = {}) =>
  mysqlCollector({
    site: 'us5.datadoghq.com',
    apiKey: parameter('key'),
    env: 'test',
    region: 'us-east-1',
    host: 'database.example.internal',
    identifier: 'cloudpe-default-test-database',
    username: parameter('username'),
    password: parameter('password'),
    ...overrides,
  });
const check = (overrides: Partial<MysqlCollectorProps> = {}) => {
  const label = collector(overrides).dockerLabels?.['com.datadoghq.ad.checks'] ?? '';
  return (JSON.parse(label) as { mysql: { ignore_autodiscovery_tags: boolean; instances: [Record<string, unknown>] } })
    .mysql;
};

test('the check comes from a label, because no variable of the agent configures one', () => {
  expect(Object.keys(collector().environment ?? {}).filter((name) => name.startsWith('DD_MYSQL'))).toEqual([]);
  expect(check().instances[0]).toMatchObject({ host: 'database.example.internal', port: 3306 });
});

test('user and password are named, and fetched from SSM when the task starts', () => {
  expect(check().instances[0]).toMatchObject({
    username: '%%env_DD_MYSQL_USERNAME%%',
    password: '%%env_DD_MYSQL_PASSWORD%%',
  });
  expect(collector().secrets).toEqual({
    DD_API_KEY: parameter('key'),
    DD_MYSQL_USERNAME: parameter('username'),
    DD_MYSQL_PASSWORD: parameter('password'),
  });
});

test('metrics are tagged as the database’s, not as the container’s that reads them', () => {
  expect(check().ignore_autodiscovery_tags).toBe(true);
  expect(check().instances[0].tags).toEqual([
    'dbinstanceidentifier:cloudpe-default-test-database',
    'env:test',
    'service:mysql',
  ]);
});

test('the connection is encrypted, and verified where the image has the authorities', () => {
  expect(check().instances[0].ssl).toEqual({ check_hostname: false });
  expect(check({ certificateAuthorities: '/certs/rds.pem' }).instances[0].ssl).toEqual({ ca: '/certs/rds.pem' });
});

test('Database Monitoring is a choice', () => {
  expect(check().instances[0].dbm).toBe(false);
  expect(collector().environment).not.toHaveProperty('DD_HOSTNAME');
  expect(check({ databaseMonitoring: true }).instances[0].dbm).toBe(true);
  expect(collector({ databaseMonitoring: true }).environment).toHaveProperty(
    'DD_HOSTNAME',
    'cloudpe-default-test-database',
  );
});

test('what the collector does not do is off, and says so', () => {
  expect(collector().environment).toMatchObject({ DD_APM_ENABLED: 'false', DD_USE_DOGSTATSD: 'false' });
});

test('a site that does not exist is refused', () => {
  expect(() => collector({ site: 'us6.datadoghq.com' })).toThrow(/^site must be one of .*, got "us6\.datadoghq\.com"$/);
});
