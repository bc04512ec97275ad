import { describe, expect, test } from 'vitest';
import { beforeOf, readViolations } from '../../src/review/checkov';
import { readPlan } from '../../src/review/plan';
import { change, planText, review } from './plans';

const printed = (...checks: string[]): unknown => ({
  check_type: 'terraform_plan',
  results: {
    failed_checks: checks.map((id) => ({
      check_id: id,
      check_name: `name of ${id}`,
      resource: 'aws_lb.a',
      code_block: null,
    })),
  },
});

describe('checkov', () => {
  test('is read in both forms in which it prints', () => {
    expect(readViolations(JSON.stringify(printed('CKV_1')))).toEqual([
      { id: 'CKV_1', name: 'name of CKV_1', address: 'aws_lb.a' },
    ]);
    expect(readViolations(JSON.stringify([printed('CKV_1'), printed('CKV_2')]))).toHaveLength(2);
    // What it prints when it found nothing to scan.
    expect(readViolations('{"passed": 0, "failed": 0}')).toEqual([]);
  });

  test('that says something else is no clean bill', () => {
    expect(() => readViolations('Traceback')).toThrow('checkov printed no report');
  });

  test('is asked about what stood before, so that only new findings count', () => {
    const json = planText([
      change({ address: 'aws_lb.a', before: { name: 'old' }, after: { name: 'new' } }),
      change({ address: 'aws_lb.b', after: { name: 'born' } }),
    ]);
    const before = readPlan(beforeOf(json), 'before');
    expect(
      before.resource_changes.map(({ address, change: { actions, after } }) => ({ address, actions, after })),
    ).toEqual([{ address: 'aws_lb.a', actions: ['no-op'], after: { name: 'old' } }]);
  });

  test('has nothing to say of what did not stand', () => {
    expect(beforeOf(planText([change({ address: 'aws_lb.b', after: { name: 'born' } })]))).toBe('');
  });

  test('finds what a person must decide', () => {
    const report = review([], {
      facts: [
        {
          kind: 'policy',
          stack: 'stack',
          address: 'aws_lb.a',
          type: 'aws_lb',
          tier: 'services',
          subject: 'CKV_1',
          text: 'CKV_1: no access log',
        },
      ],
    });
    expect(report.verdict.level).toBe('person');
    expect(report.exposure).toMatchObject([{ address: 'aws_lb.a', text: 'CKV_1: no access log', severity: 'ask' }]);
  });
});
