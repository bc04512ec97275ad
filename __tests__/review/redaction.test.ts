import { afterEach, describe, expect, test, vi } from 'vitest';
import { readPlan } from '../../src/review/plan';
import { reportOf } from '../../src/review/report';
import type { Value } from '../../src/review/value';
import { Vault } from '../../src/review/vault';
import { allFormats, change, planText } from './plans';

const canary = (place: string): string => `canary-"${place}"-value`;

const containers = (secret: string, image: string): string =>
  JSON.stringify([
    {
      name: 'web',
      image,
      environment: [
        { name: 'DB_PASSWORD', value: secret },
        { name: 'GREETING', value: `hello ${canary('echoed')}` },
      ],
      secrets: [{ name: 'API_KEY', valueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/key' }],
    },
  ]);

/** Secrets wherever a plan can hold one, marked as Terraform marks them or not at all. */
const HIDING = planText(
  [
    change({
      address: 'aws_db_instance.main',
      before: {
        password: canary('leaf old'),
        nested: [{ deep: { key: canary('nested old') } }],
        whole: { a: [canary('whole old')] },
      },
      after: {
        password: canary('leaf new'),
        nested: [{ deep: { key: canary('nested new') } }],
        whole: { a: [canary('whole new')] },
        note: canary('echoed'),
      },
      change: {
        before_sensitive: { password: true, nested: [{ deep: { key: true } }], whole: true },
        after_sensitive: { password: true, nested: [{ deep: { key: true } }], whole: true },
      },
    }),
    change({
      address: 'aws_x.echoed',
      before: { password: canary('echoed') },
      change: { before_sensitive: { password: true } },
    }),
    change({
      address: 'aws_ecs_task_definition.web',
      actions: ['create', 'delete'],
      before: { family: 'web', container_definitions: containers(canary('parsed old'), 'web:1') },
      after: { family: 'web', container_definitions: containers(canary('parsed new'), 'web:2') },
      change: { replace_paths: [['container_definitions']] },
    }),
    change({
      address: 'aws_x.replaced',
      actions: ['delete', 'create'],
      before: { token: canary('forced old') },
      after: { token: canary('forced new') },
      change: { before_sensitive: { token: true }, after_sensitive: { token: true }, replace_paths: [['token']] },
    }),
    change({
      address: 'aws_x.unmarked',
      before: { client_secret: canary('by name old') },
      after: { client_secret: canary('by name new') },
    }),
    change({
      address: 'aws_x.url',
      before: { url: 'a' },
      after: { url: `mysql://app:canary-in-url-value@host/db`, key: 'AKIAIOSFODNN7EXAMPLE' },
    }),
    change({
      address: `aws_x.all["plain"]`,
      after: { secret: canary('created') },
      change: { after_sensitive: true },
    }),
    change({
      address: 'aws_x.imported',
      before: { id: 'x' },
      after: { id: 'x' },
      change: { importing: { id: canary('echoed') } },
    }),
  ],
  {
    resource_drift: [
      change({
        address: 'aws_x.drift',
        before: { pin: canary('drift old') },
        after: { pin: canary('drift new') },
        change: { before_sensitive: { pin: true }, after_sensitive: { pin: true } },
      }),
    ],
    output_changes: {
      secret: {
        actions: ['update'],
        before: canary('output old'),
        after: canary('output new'),
        after_unknown: false,
        before_sensitive: true,
        after_sensitive: true,
      },
      plain: {
        actions: ['create'],
        before: null,
        after: `copy of ${canary('variable')}`,
        after_unknown: false,
        before_sensitive: false,
        after_sensitive: false,
      },
    },
    variables: { password: { value: canary('variable') } },
    configuration: { root_module: { variables: { password: { sensitive: true } } } },
    checks: [
      {
        address: { to_display: 'check.x' },
        status: 'fail',
        instances: [{ problems: [{ message: `got ${canary('echoed')}` }] }],
      },
    ],
  },
);

/** Every secret in every spelling that a format could give it. */
function leaks(formats: Record<string, string>): string[] {
  return Object.entries(formats).flatMap(([format, text]) => {
    // Formats escape quotes in their own way: the words around them stay.
    const found = [
      ...text.matchAll(
        /canary-[^\s]{0,12}?(leaf|nested|whole|echoed|parsed|forced|by name|in-url|created|drift|output|variable)/g,
      ),
    ].map(([, place]) => place);
    return [...found, ...(text.includes('AKIAIOSFODNN7EXAMPLE') ? ['key id'] : [])].map(
      (place) => `${format}: ${place ?? ''}`,
    );
  });
}

const reportOfHiding = () => reportOf([readPlan(HIDING, 'stack')]);

afterEach(() => {
  vi.restoreAllMocks();
});

describe('sensitive values', () => {
  test('appear in no format, at no depth', async () => {
    expect(leaks(await allFormats(reportOfHiding()))).toEqual([]);
  });

  test('still show that they change', () => {
    const { updates, releases } = reportOfHiding();
    expect(updates.find(({ address }) => address === 'aws_db_instance.main')?.differences).toContainEqual({
      path: 'password',
      kind: 'changed',
      text: 'changed ((sensitive))',
    });
    expect(releases[0]?.differences.map(({ path }) => path)).toContain(
      'container_definitions.web.environment.DB_PASSWORD',
    );
  });

  test('of one plan are hidden in another that shows them unmarked', async () => {
    const producer = planText([
      change({
        address: 'aws_x.a',
        after: { value: 'canary-leaf-shared' },
        change: { after_sensitive: { value: true } },
      }),
    ]);
    const consumer = planText([
      change({ address: 'aws_x.b', before: { text: 'none yet' }, after: { text: 'uses canary-leaf-shared' } }),
    ]);
    const report = reportOf([readPlan(consumer, 'consumer'), readPlan(producer, 'producer')]);
    expect(leaks(await allFormats(report))).toEqual([]);
  });

  // Mutations: each takes one guard away, and the test above must see it.
  test('leaking all of them on purpose turns every format red', async () => {
    vi.spyOn(Vault.prototype, 'seal').mockImplementation((value) => value as Value);
    const found = leaks(await allFormats(reportOfHiding()));
    for (const format of ['terminal', 'markdown', 'html', 'json'])
      expect(found.filter((leak) => leak.startsWith(format))).not.toEqual([]);
  });

  test('forgetting to look for echoes turns it red', async () => {
    vi.spyOn(Vault.prototype, 'collect').mockImplementation(() => undefined);
    expect(leaks(await allFormats(reportOfHiding()))).toContainEqual(expect.stringContaining('echoed'));
  });

  test('leaving texts unscrubbed turns it red', async () => {
    vi.spyOn(Vault.prototype, 'scrub').mockImplementation((whole) => whole);
    expect(leaks(await allFormats(reportOfHiding()))).toContainEqual(expect.stringContaining('in-url'));
  });

  test('a mark that Terraform did not set turns it red', async () => {
    const unmarked = HIDING.replaceAll(/"(password|token|pin|key|whole)":true/g, '"$1":false');
    const report = reportOf([readPlan(unmarked, 'stack')]);
    expect(
      leaks(await allFormats(report)).some(
        (leak) => leak.includes('nested') || leak.includes('whole') || leak.includes('drift'),
      ),
    ).toBe(true);
  });
});

describe('what is not secret', () => {
  test('stays readable: a plain parameter does not blank its value elsewhere', () => {
    const report = reportOf([
      readPlan(
        planText([
          change({
            address: 'aws_ssm_parameter.name',
            after: { type: 'String', value: 'storefront' },
            change: { after_sensitive: { value: true } },
          }),
          change({ address: 'aws_db_instance.main', before: { identifier: 'storefront-db' }, actions: ['delete'] }),
        ]),
        'stack',
      ),
    ]);
    expect(report.verdict.sentence).toContain('storefront-db');
  });
});
