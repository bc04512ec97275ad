import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderTerminal } from '../../src/review/render-terminal';
import { CHANGES } from './fixtures/changes';
import { reviewOf } from './plans';

/** What a reviewer must see before anything else, plan by plan. */
const FIRST: Readonly<Record<string, { level: 'nothing' | 'safe' | 'person'; sees: readonly RegExp[] }>> = {
  'own/nothing': { level: 'nothing', sees: [/^Nothing to do/] },
  'own/image-change': {
    level: 'safe',
    sees: [
      /^Safe: 1 released/,
      /image of backend-container, backend-migrate: [0-9a-f]{16} → [0-9a-f]{16} /,
      /at most 2 at once/,
      /back: /,
    ],
  },
  'own/database-class': {
    level: 'person',
    sees: [
      /^Needs a person: the database restarts at once/,
      /\+\$12\.41/,
      /instance_class: db\.t3\.micro → db\.t3\.small/,
    ],
  },
  'own/database-replaced': {
    level: 'person',
    sees: [
      /^Stop: the database cloudpe-default-local-database is replaced and every table in it/,
      /forced by: db_name: cloudpe → cloudpe_v2/,
      /LOST: every table/,
    ],
  },
  'own/subnet-renamed': {
    level: 'person',
    sees: [
      /^Needs a person: the subnet is destroyed/,
      /may only be renamed/,
      /a moved block would keep/,
      /takes with it: the network interfaces in it, aws_nat_gateway/,
    ],
  },
  'own/rule-opened': {
    level: 'person',
    sees: [/^Stop: the whole internet may reach tcp 3306/, /referenced_security_group_id: removed/],
  },
  'own/role-widened': {
    level: 'person',
    sees: [/^Stop: its bearer may now ssm:\*/, /Action: removed ssm:GetParameters/],
  },
  'own/secret-rotated': {
    level: 'safe',
    sees: [/^Safe: 4 updated/, /the master password changes/, /its value changes/],
  },
  'own/guards-off': {
    level: 'person',
    sees: [/^Stop: the log group .* is destroyed and every log line/, /network traffic is no longer recorded/],
  },
  'own/first-deployment': { level: 'safe', sees: [/^Safe: 57 created/, /\+\$53\.21/] },
  'public/terraform-drift': {
    level: 'safe',
    sees: [/^Safe: 2 updated/, /Changed outside Terraform/, /refresh-me → refreshed/],
  },
  'public/terraform-moved-drift': {
    level: 'safe',
    sees: [/1 moved/, /test_instance\.should_refresh → test_instance\.should_refresh_with_move/],
  },
  'public/terraform-plan-error': { level: 'person', sees: [/^No verdict: Terraform failed while planning/] },
  'public/terraform-requires-replace': {
    level: 'person',
    sees: [
      /^Needs a person: the test_instance is replaced: ami cannot change in place/,
      /forced by: ami: bar → force-replace/,
    ],
  },
  'public/terraform-json-tainted': { level: 'person', sees: [/is replaced: it is tainted/] },
  'public/terraform-json-action': { level: 'person', sees: [/^Needs a person: an action runs/] },
  'public/terraform-json-import': { level: 'safe', sees: [/1 imported/, /age: added 999/] },
  'public/j2md-iam-policy': { level: 'person', sees: [/may now health:Describe\* on every resource/] },
  'public/j2md-code-fence': { level: 'safe', sees: [/^Safe: 1 updated/] },
  'public/j2md-aws-sample': {
    level: 'person',
    sees: [
      /^Stop: the machine test is destroyed and its root volume is lost/,
      /forced by: description: test → description/,
    ],
  },
  'public/j2md-single-destroy': {
    level: 'person',
    sees: [/^Needs a person: the null_resource is destroyed: it is no longer in the configuration/],
  },
  'public/j2md-no-changes': { level: 'nothing', sees: [/^Nothing to do/] },
};

describe('a reviewer sees first', () => {
  test.each(Object.entries(FIRST))('%s', (name, { level, sees }) => {
    const report = reviewOf(name);
    // Joined lines: where a line breaks is the terminal's business.
    const text = renderTerminal(report, { all: true }).replace(/\s+/g, ' ');
    expect(report.verdict.level).toBe(level);
    for (const pattern of sees) expect(text).toMatch(pattern);
  });

  test('every fixture says what a reviewer must see', () => {
    const files = ['own', 'public'].flatMap((folder) =>
      readdirSync(join(import.meta.dirname, 'fixtures', folder)).map(
        (file) => `${folder}/${file.replace(/\.json$/, '')}`,
      ),
    );
    expect(files.sort()).toEqual(Object.keys(FIRST).sort());
  });

  test('a release is no loss, whatever Terraform calls it', () => {
    const { losses, releases, counts } = reviewOf('own/image-change');
    expect(losses).toEqual([]);
    expect(releases).toHaveLength(1);
    expect(counts).toMatchObject({ replaced: 0, destroyed: 0, updated: 0, released: 1 });
  });

  test('an accepted loss lowers the verdict and stays in sight', () => {
    const address = 'aws_db_instance.Database_Instance_02E622FB';
    const report = reviewOf('own/database-replaced', { accept: [{ address, reason: 'empty, agreed in CHANGE-1' }] });
    expect(report.verdict).toEqual({
      level: 'safe',
      sentence: expect.stringContaining('3 findings accepted') as string,
    });
    expect(renderTerminal(report)).toContain('accepted: empty, agreed in CHANGE-1');
  });

  test('reports say the same whenever they are made', () => {
    expect(reviewOf('own/database-replaced')).toEqual(reviewOf('own/database-replaced'));
  });
});

test.each(['database-replaced', 'image-change'])('the guide shows what is printed: %s', (name) => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/review.md'), 'utf8');
  expect(guide).toContain(renderTerminal(reviewOf(`own/${name}`), { columns: 100 }).trim());
});

describe('the recorder', () => {
  const edits = Object.values(CHANGES).flatMap(({ edits: of = {} }) => Object.entries(of));

  test.each(edits)('finds in %s what it changes', (file, [was]) => {
    const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    expect(text).toContain(was);
  });

  test('has recorded every change that it knows', () => {
    const recorded = readdirSync(join(import.meta.dirname, 'fixtures/own')).map((file) => file.replace('.json', ''));
    expect(recorded.sort()).toEqual(Object.keys(CHANGES).sort());
  });
});
