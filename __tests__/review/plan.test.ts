import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPlaces } from '../../src/review/environment';
import { ReviewError } from '../../src/review/error';
import { readPlan, SIZE_LIMIT_BYTES } from '../../src/review/plan';
import { reportOf } from '../../src/review/report';
import { change, fixtureText, planText, review } from './plans';

const failure = (json: string): string => {
  try {
    readPlan(json, 'app');
  } catch (error) {
    if (error instanceof ReviewError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('what is not a plan is refused in one sentence', () => {
  test.each([
    ['an empty file', '', 'app: a plan must be JSON, got an empty file'],
    ['prose', 'Terraform will perform', 'app: a plan must be JSON, and this is not'],
    [
      "Terraform's binary plan",
      'PK\u0003\u0004',
      `app: this is Terraform's binary plan file; write JSON with "terraform show -json PLAN > plan.json"`,
    ],
    [
      'a cut file',
      fixtureText('own/image-change').slice(0, 5_000),
      "app: the plan's JSON ends too early: the file is cut off",
    ],
    ['other JSON', '{"a": 1}', 'app: not a Terraform plan: it has no format_version (use "terraform show -json PLAN")'],
    ['a list', '[]', 'app: not a Terraform plan: it has no format_version (use "terraform show -json PLAN")'],
    ['an old format', planText([]).replace('"1.2"', '"0.2"'), 'app: plan format version must be 1.x, got "0.2"'],
    ['a future format', planText([]).replace('"1.2"', '"2.0"'), 'app: plan format version must be 1.x, got "2.0"'],
    [
      'a state',
      '{"format_version":"1.0","values":{}}',
      'app: this is a Terraform state, not a plan (use "terraform show -json PLAN" with a saved plan)',
    ],
    [
      'an unknown action',
      planText([{ address: 'a.b', type: 'a', name: 'b', change: { actions: ['explode'] } }]),
      'app: not a Terraform plan: resource_changes.0.change.actions.0 is not what the format says',
    ],
  ])('%s', (_, json, message) => {
    expect(failure(json)).toBe(message);
  });

  test('a file beyond the limit', () => {
    const big = `{"format_version":"1.2","x":"${'x'.repeat(SIZE_LIMIT_BYTES)}"}`;
    expect(failure(big)).toBe('app: a plan must be at most 128 MiB, got 129 MiB');
  });

  test('and never with a value of the plan in the text', () => {
    expect(
      failure(planText([{ address: 'a.b', type: 'a', name: 'b', change: { actions: ['hunter2-secret'] } }])),
    ).not.toContain('hunter2');
  });

  test('whatever the text, there is a plan or a ReviewError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => planText([JSON.parse(json)])),
        ),
        (json) => {
          try {
            readPlan(json, 'app');
          } catch (error) {
            expect(error).toBeInstanceOf(ReviewError);
          }
        },
      ),
    );
  });
});

describe('a plan that says only a part is never green', () => {
  test.each([
    ['an errored one', { errored: true }],
    ['an incomplete one', { complete: false }],
    ['one with deferred changes', { deferred_changes: [{ reason: 'resource_config_unknown' }] }],
    ['one that runs an action', { action_invocations: [{ address: 'action.a.b', type: 'a' }] }],
    ['one with a failed check', { checks: [{ address: { to_display: 'check.health' }, status: 'fail' }] }],
  ])('%s', (_, rest) => {
    expect(review([], {}, rest).verdict.level).toBe('person');
  });

  test('and nobody can accept what was not planned', () => {
    const report = review([], { accept: [{ address: 'stack', reason: 'please' }] }, { errored: true });
    expect(report.verdict.level).toBe('person');
  });

  test('a stack that could not be planned is named', () => {
    const report = review([], {
      notPlanned: [{ stack: 'application', reason: 'it needs values of foundation, which is not applied yet' }],
    });
    expect(report.verdict.level).toBe('person');
    expect(report.stacks).toContainEqual({
      name: 'application',
      state: 'not planned',
      note: 'it needs values of foundation, which is not applied yet',
    });
  });
});

describe('plans of another place', () => {
  const tagged = (environment: string, stack: string) =>
    readPlan(
      planText([change({ address: 'aws_x.a', after: { tags_all: { environment, workspace: 'default' } } })]),
      stack,
    );

  test('are refused by the tags that every resource carries', () => {
    expect(() => {
      checkPlaces([tagged('prod', 'app')], { environment: 'test' });
    }).toThrow('app: the plan is for environment "prod" by its tags, but ENVIRONMENT is for "test"');
  });

  test('do not mix in one report', () => {
    expect(() => {
      checkPlaces([tagged('prod', 'one'), tagged('test', 'two')], {});
    }).toThrow('two: the plan is for environment "test" by its tags, but one is for "prod"');
  });

  test('pass when nothing says where they belong', () => {
    expect(() => {
      checkPlaces([readPlan(planText([change({ address: 'null_resource.a', after: {} })]), 'a')], {
        environment: 'test',
      });
    }).not.toThrow();
  });
});

test('a plan of 50 MB is read', { timeout: 60_000 }, () => {
  const big = 'x'.repeat(10_000);
  const changes = Array.from({ length: 2_500 }, (_, index) =>
    change({ address: `aws_x.r[${index}]`, before: { a: big }, after: { a: `${big}${index}` } }),
  );
  const json = planText(changes);
  expect(json.length).toBeGreaterThan(50_000_000);
  expect(reportOf([readPlan(json, 'big')]).counts.updated).toBe(2_500);
});
