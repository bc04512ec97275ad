import { describe, expect, test } from 'vitest';
import { RULES } from '../../src/review/rules';
import { NO_TEAM_RULES, parseAcceptance, readTeamRules } from '../../src/review/team-rules';
import { change, review } from './plans';

const deleted = change({ address: 'aws_db_instance.main', before: { identifier: 'main', skip_final_snapshot: true } });
const resized = change({
  address: 'aws_db_instance.main',
  before: { instance_class: 'db.t3.micro' },
  after: { instance_class: 'db.m5.large' },
});

describe('rules', () => {
  test('have ids of their own', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('say how to proceed, with the address', () => {
    expect(review([deleted]).losses[0]?.proceed).toContain('--accept aws_db_instance.main=REASON');
  });

  test("a team's rule comes first and may name an attribute's new value", () => {
    const team = readTeamRules(
      JSON.stringify({
        rules: [
          {
            id: 'no-large-databases',
            when: { fact: 'changed', type: 'aws_db_*', subject: 'instance_class', to: '*.large' },
            severity: 'stop',
            message: '{subject} becomes {to}, was {from}',
            proceed: 'Ask the owner.',
          },
        ],
      }),
      'review.config.json',
    );
    expect(review([resized], { team }).findings[0]).toMatchObject({
      rule: 'no-large-databases',
      severity: 'stop',
      message: 'instance_class becomes db.m5.large, was db.t3.micro',
    });
  });

  test('a team may lower or silence one of ours', () => {
    const softened = review([deleted], {
      team: { ...NO_TEAM_RULES, severity: { 'data-lost': 'note', 'connections-drop': 'off', destroyed: 'note' } },
    });
    expect(softened.verdict.level).toBe('safe');
  });

  test.each([
    ['a typo in a field', { rulez: [] }, /review\.config\.json: .*rulez/],
    [
      'an unknown fact',
      { rules: [{ id: 'x', when: { fact: 'sunny' }, severity: 'stop', message: 'm', proceed: 'p' }] },
      /rules\.0\.when\.fact/,
    ],
    ['an unknown severity', { severity: { 'data-lost': 'panic' } }, /severity\.data-lost/],
    ['a rule that does not exist', { severity: { 'data-list': 'note' } }, /no rule is called "data-list"/],
    ['an acceptance without a reason', { accept: [{ address: 'a', reason: '' }] }, /accept\.0\.reason/],
  ])('%s in the team file is refused', (_, document, message) => {
    expect(() => readTeamRules(JSON.stringify(document), 'review.config.json')).toThrow(message);
  });
});

describe('acceptances', () => {
  test('name an address and a reason', () => {
    expect(parseAcceptance('aws_x.a["k=v"]=agreed = yes')).toEqual({
      address: 'aws_x.a["k=v"]',
      reason: 'agreed = yes',
    });
    expect(() => parseAcceptance('aws_x.a')).toThrow('--accept must be ADDRESS=REASON, got "aws_x.a"');
    expect(() => parseAcceptance('aws_x.a=')).toThrow('--accept must be ADDRESS=REASON');
  });

  test('of one address say nothing of another', () => {
    expect(review([deleted], { accept: [{ address: 'aws_db_instance.other', reason: 'r' }] }).verdict.level).toBe(
      'person',
    );
  });

  test('may be for one rule only', () => {
    const { findings } = review([deleted], {
      accept: [{ address: 'aws_db_instance.main', rule: 'data-lost', reason: 'r' }],
    });
    expect(findings.filter(({ accepted }) => accepted !== undefined).map(({ rule }) => rule)).toEqual(['data-lost']);
  });

  test('may name the stack too', () => {
    expect(review([deleted], { accept: [{ address: 'stack/aws_db_instance.main', reason: 'r' }] }).verdict.level).toBe(
      'safe',
    );
  });

  test('end on their day', () => {
    const team = { ...NO_TEAM_RULES, accept: [{ address: 'aws_db_instance.main', reason: 'r', until: '2026-11-30' }] };
    expect(review([deleted], { team, today: '2026-11-30' }).verdict.level).toBe('safe');
    expect(review([deleted], { team, today: '2026-12-01' }).verdict.level).toBe('person');
  });
});
