import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from '../../src/review/difference';
import { isWide } from '../../src/review/exposure';
import { wideningOf } from '../../src/review/policy';
import { matches } from '../../src/review/resource-types';
import type { Value } from '../../src/review/value';
import { change, review } from './plans';

const paths = (before: Value, after: Value): string[] =>
  differences(before, after).map(({ path, kind }) => `${kind} ${path.join('.')}`);

describe('differences', () => {
  test('name the variable, not its place in a list', () => {
    const before = [
      {
        name: 'web',
        environment: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
    ];
    const after = [
      {
        name: 'web',
        environment: [
          { name: 'B', value: '3' },
          { name: 'C', value: '4' },
        ],
      },
    ];
    expect(paths(before, after)).toEqual([
      'removed web.environment.A',
      'changed web.environment.B',
      'added web.environment.C',
    ]);
  });

  test('are none between nothing and an empty text', () => {
    expect(paths({ ipc_mode: '', port: null }, { ipc_mode: null, port: '' })).toEqual([]);
    expect(paths({ ipc_mode: 'host' }, { ipc_mode: '' })).toEqual(['changed ipc_mode']);
  });

  test('treat lists of words as sets', () => {
    expect(paths({ Action: ['a', 'b'] }, { Action: ['b', 'c'] })).toEqual(['removed Action', 'added Action']);
  });

  test('see that an order changed', () => {
    expect(paths(['a', 'b'], ['b', 'a'])).toEqual(['changed ']);
  });

  test('are none between the ways to write nothing', () => {
    expect(paths({ a: null, b: [], c: {} }, {})).toEqual([]);
  });

  test('are none between a value and itself, and some between two that differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(differences(a as Value, structuredClone(a) as Value)).toEqual([]);
        const there = differences(a as Value, b as Value).length > 0;
        const back = differences(b as Value, a as Value).length > 0;
        expect(there).toBe(back);
      }),
    );
  });
});

describe('policies', () => {
  const policy = (...statements: Value[]): Value => ({ Version: '2012-10-17', Statement: statements });
  const allow = (Action: Value, Resource: Value = '*', rest: Record<string, Value> = {}): Value => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...rest,
  });
  const words = (before: Value, after: Value): string[] => wideningOf(before, after).map(({ sentence }) => sentence);

  test('are compared by what they allow', () => {
    expect(words(policy(allow(['s3:*'])), policy(allow('s3:GetObject', 'arn:x'), allow('S3:PutObject')))).toEqual([]);
  });

  test('widen by a new action, resource or principal', () => {
    expect(words(policy(allow('s3:GetObject', 'a')), policy(allow(['s3:GetObject', 's3:PutObject'], 'a')))).toEqual([
      'its bearer may now s3:PutObject on a',
    ]);
    expect(words(policy(allow('s3:GetObject', 'a')), policy(allow('s3:GetObject', ['a', 'b'])))).toEqual([
      'its bearer may now s3:GetObject on b',
    ]);
    expect(
      words(
        policy(allow('s3:GetObject', 'a', { Principal: { AWS: '1' } })),
        policy(allow('s3:GetObject', 'a', { Principal: '*' })),
      ),
    ).toEqual(['everyone may now s3:GetObject on a']);
  });

  test('widen when a condition or a denial of the rest goes', () => {
    expect(
      words(
        policy(allow('s3:GetObject', 'a', { Condition: { Bool: { x: 'true' } } })),
        policy(allow('s3:GetObject', 'a')),
      ),
    ).toHaveLength(1);
    expect(wideningOf(policy(), policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }))[0]).toMatchObject({
      broad: true,
    });
  });

  test('that only deny more are no widening', () => {
    expect(words(policy(allow('a:b')), policy(allow('a:b'), { Effect: 'Deny', Action: '*', Resource: '*' }))).toEqual(
      [],
    );
  });

  test('do not care for the order of statements', () => {
    const statement = fc.record({
      Effect: fc.constant('Allow'),
      Action: fc.subarray(['a:b', 'a:*', 'c:d', '*'], { minLength: 1 }),
      Resource: fc.constantFrom('*', 'x', 'x/*'),
    });
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 5 }), (statements) => {
        expect(wideningOf(policy(...statements), policy(...[...statements].reverse()))).toEqual([]);
        for (let index = 0; index < statements.length; index += 1)
          expect(
            wideningOf(policy(...statements), policy(...statements.filter((_, other) => other !== index))),
          ).toEqual([]);
      }),
    );
  });
});

describe('exposure', () => {
  test.each([
    ['0.0.0.0/0', true],
    ['0.0.0.0/1', true],
    ['::/0', true],
    ['10.0.0.0/8', false],
    ['10.0.0.0/7', true],
    ['203.0.113.0/24', false],
    ['fd00::/8', false],
    ['nonsense', false],
  ])('%s is the whole internet: %s', (cidr, wide) => {
    expect(isWide(cidr)).toBe(wide);
  });

  const said = (...changes: unknown[]): string[] =>
    review(changes).exposure.map(({ text, severity }) => `${severity}: ${text}`);

  test('is a stop on a database port and a question on the web', () => {
    const rule = (port: number) =>
      change({
        address: 'aws_vpc_security_group_ingress_rule.a',
        after: { cidr_ipv4: '0.0.0.0/0', ip_protocol: 'tcp', from_port: port, to_port: port },
      });
    expect(said(rule(22))).toEqual(['stop: the whole internet may reach tcp 22 (0.0.0.0/0)']);
    expect(said(rule(443))).toEqual(['ask: the whole internet may reach tcp 443 (0.0.0.0/0)']);
  });

  test('is seen in rules of every spelling', () => {
    expect(
      said(
        change({
          address: 'aws_security_group.a',
          before: { ingress: [] },
          after: { ingress: [{ cidr_blocks: ['0.0.0.0/0'], protocol: '-1', from_port: 0, to_port: 0 }] },
        }),
      ),
    ).toEqual(['stop: the whole internet may reach every port (0.0.0.0/0)']);
    expect(
      said(
        change({
          address: 'aws_security_group_rule.a',
          after: { type: 'ingress', ipv6_cidr_blocks: ['::/0'], protocol: 'tcp', from_port: 0, to_port: 65535 },
        }),
      ),
    ).toEqual(['stop: the whole internet may reach every tcp port (::/0)']);
    expect(
      said(
        change({
          address: 'aws_security_group_rule.a',
          after: { type: 'egress', cidr_blocks: ['0.0.0.0/0'], protocol: 'tcp', from_port: 443, to_port: 443 },
        }),
      ),
    ).toEqual([]);
  });

  test.each([
    [
      'aws_db_instance',
      { publicly_accessible: false },
      { publicly_accessible: true },
      'stop: it gets an address on the internet',
    ],
    [
      'aws_db_instance',
      { storage_encrypted: true },
      { storage_encrypted: false },
      'stop: storage is no longer encrypted',
    ],
    [
      'aws_db_instance',
      { deletion_protection: true },
      { deletion_protection: false },
      'ask: deletion protection is turned off',
    ],
    [
      'aws_db_instance',
      { backup_retention_period: 7 },
      { backup_retention_period: 1 },
      'ask: backups are kept for a shorter time',
    ],
    ['aws_lb', { internal: true }, { internal: false }, 'ask: it faces the internet'],
    ['aws_lb_listener', { protocol: 'HTTPS' }, { protocol: 'HTTP' }, 'stop: the listener no longer speaks TLS'],
    [
      'aws_cloudwatch_log_group',
      { retention_in_days: 0 },
      { retention_in_days: 30 },
      'ask: logs are kept for a shorter time',
    ],
    [
      'aws_ecr_repository',
      { image_tag_mutability: 'IMMUTABLE' },
      { image_tag_mutability: 'MUTABLE' },
      'ask: image tags may be overwritten',
    ],
  ])('%s: %j → %j', (type, before, after, sentence) => {
    expect(said(change({ address: `${type}.a`, before, after }))).toEqual([sentence]);
    // The other way round is no exposure.
    expect(said(change({ address: `${type}.a`, before: after, after: before }))).toEqual([]);
  });

  test('is a password in a container environment', () => {
    const after = {
      family: 'a',
      container_definitions: JSON.stringify([
        { name: 'web', environment: [{ name: 'DB_PASSWORD', value: 'placeholder' }] },
      ]),
    };
    expect(said(change({ address: 'aws_ecs_task_definition.a', after }))).toEqual([
      'stop: container web gets DB_PASSWORD as plain text instead of a reference',
    ]);
  });

  test('is a firewall that is taken away', () => {
    expect(said(change({ address: 'aws_wafv2_web_acl_association.a', before: { id: 'a' } }))).toEqual([
      'ask: the web firewall no longer stands before it',
    ]);
  });
});

describe('losses', () => {
  const loss = (parts: Parameters<typeof change>[0]) => review([change(parts)]).losses[0];

  test.each([
    ['aws_db_instance', { skip_final_snapshot: true }, 'every table in it (no final snapshot is taken)', undefined],
    [
      'aws_db_instance',
      { skip_final_snapshot: false, final_snapshot_identifier: 'last' },
      'every table in it',
      'a final snapshot last is taken first',
    ],
    ['aws_s3_bucket', { force_destroy: false }, 'every object in it', 'AWS refuses while the bucket holds objects'],
    ['aws_s3_bucket', { force_destroy: true }, 'every object in it', undefined],
    ['aws_ecr_repository', { force_delete: true }, 'every image in it, and with them the way back', undefined],
    ['aws_cloudwatch_log_group', {}, 'every log line in it', undefined],
    [
      'aws_kms_key',
      { deletion_window_in_days: 7 },
      'everything encrypted with it becomes unreadable',
      'it can be called back for 7 days',
    ],
    ['aws_cloudwatch_metric_alarm', {}, undefined, undefined],
  ])('%s with %j', (type, before, data, relief) => {
    const found = loss({ address: `${type}.a`, before });
    expect(found?.data).toBe(data);
    expect(found?.relief).toBe(relief);
  });

  test('tell which order a replacement has', () => {
    const parts = {
      address: 'aws_lb.a',
      before: { name: 'a' },
      after: { name: 'b' },
      change: { replace_paths: [['name']] },
    };
    expect(loss({ ...parts, actions: ['create', 'delete'] })?.createFirst).toBe(true);
    expect(loss({ ...parts, actions: ['delete', 'create'] })?.createFirst).toBe(false);
  });

  test('name an attribute that is known only after apply', () => {
    const found = loss({
      address: 'aws_lb.a',
      before: { subnet: 's-1' },
      after: {},
      actions: ['delete', 'create'],
      change: { after_unknown: { subnet: true }, replace_paths: [['subnet']] },
    });
    expect(found?.forcedBy).toEqual([{ path: 'subnet', kind: 'changed', text: 's-1 → (known after apply)' }]);
  });

  test('of another family are no release', () => {
    const report = review([
      change({
        address: 'aws_ecs_task_definition.a',
        before: { family: 'a' },
        after: { family: 'b' },
        actions: ['delete', 'create'],
        change: { replace_paths: [['family']] },
      }),
    ]);
    expect(report.releases).toEqual([]);
    expect(report.losses).toHaveLength(1);
  });
});

describe('cost', () => {
  const service = (count: number) => ({
    name: 'a',
    desired_count: count,
    launch_type: 'FARGATE',
    task_definition: 'arn:t',
  });
  const task = change({
    address: 'aws_ecs_task_definition.a',
    before: { arn: 'arn:t', family: 'a', cpu: '1024', memory: '2048' },
    after: { arn: 'arn:t', family: 'a', cpu: '1024', memory: '2048' },
    actions: ['no-op'],
  });

  test('is counted for tasks by their number and size', () => {
    const { cost } = review([task, change({ address: 'aws_ecs_service.a', before: service(1), after: service(3) })]);
    // (0.04048 + 2 × 0.004445) × 730 hours, for one task and for three
    expect(cost.total?.before).toBeCloseTo(36.04, 2);
    expect(cost.total?.after).toBeCloseTo(108.12, 2);
  });

  test('is never zero for what has no price here', () => {
    const { cost } = review([change({ address: 'aws_instance.a', after: { instance_type: 't3.micro' } })]);
    expect(cost.total).toBeUndefined();
    expect(cost.unpriced).toEqual(['aws_instance.a']);
  });

  test('does not call an unknown new size a saving', () => {
    const { cost } = review([
      change({
        address: 'aws_db_instance.a',
        before: { engine: 'mysql', instance_class: 'db.t3.micro', allocated_storage: 20 },
        after: { engine: 'mysql', instance_class: 'db.x9.huge', allocated_storage: 20 },
      }),
    ]);
    expect(cost.total).toBeUndefined();
    expect(cost.unpriced).toEqual(['aws_db_instance.a']);
  });

  test('doubles for a standby', () => {
    const database = (multi_az: boolean) => ({
      engine: 'mysql',
      instance_class: 'db.t4g.medium',
      allocated_storage: 100,
      storage_type: 'gp3',
      multi_az,
    });
    const { cost } = review([change({ address: 'aws_db_instance.a', before: database(false), after: database(true) })]);
    expect((cost.total?.after ?? 0) / (cost.total?.before ?? 1)).toBe(2);
  });

  test('names the pages that the changed prices are from', () => {
    const { cost } = review([change({ address: 'aws_kms_key.a', after: { description: 'a' } })]);
    expect(cost.priceList).toMatchObject({
      region: 'us-east-1',
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    });
    expect(cost.priceList.sources.map(({ page }) => page)).toContain('aws.amazon.com/kms/pricing');
  });

  test('is not guessed for an alarm that looks every ten seconds', () => {
    const { cost } = review([change({ address: 'aws_cloudwatch_metric_alarm.a', after: { period: 10 } })]);
    expect(cost.unpriced).toEqual(['aws_cloudwatch_metric_alarm.a']);
  });

  test('says when the plan is for another region', () => {
    expect(
      review([change({ address: 'aws_subnet.a', after: { availability_zone: 'eu-west-1a' } })]).cost.otherRegion,
    ).toBe('eu-west-1');
  });
});

test('globs match as people expect, and never run for ever', () => {
  expect(matches('aws_db_*', 'aws_db_instance')).toBe(true);
  expect(matches('a*a', 'a')).toBe(false);
  expect(matches('*', '')).toBe(true);
  fc.assert(
    fc.property(fc.stringMatching(/^[ab*]{0,12}$/), fc.stringMatching(/^[ab]{0,12}$/), (pattern, value) => {
      const slow = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(value);
      expect(matches(pattern, value)).toBe(slow);
    }),
  );
  expect(matches('*a'.repeat(50) + 'b', 'a'.repeat(10_000))).toBe(false);
});

test('tag-only changes are one line, moves and forgotten resources have their own', () => {
  const report = review([
    change({
      address: 'aws_lb.a',
      before: { tags: { a: '1' }, tags_all: { a: '1' } },
      after: { tags: { a: '2' }, tags_all: { a: '2' } },
    }),
    change({
      address: 'aws_lb.c',
      before: { name: 'c' },
      after: { name: 'c' },
      actions: ['no-op'],
      previous_address: 'aws_lb.b',
    }),
    change({ address: 'aws_lb.d', before: { name: 'd' }, actions: ['forget'] }),
  ]);
  expect(report.tagsOnly).toEqual(['aws_lb.a']);
  expect(report.updates).toEqual([]);
  expect(report.moves).toEqual([{ from: 'aws_lb.b', to: 'aws_lb.c' }]);
  expect(report.forgotten).toEqual(['aws_lb.d']);
  expect(report.verdict.level).toBe('person');
});
