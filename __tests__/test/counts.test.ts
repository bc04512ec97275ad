import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { countOne, countVitest } from '../../src/test/counts';

function report(statuses: readonly string[]): string {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'counts-')), 'report.json');
  const count = (status: string): number => statuses.filter((each) => each === status).length;
  writeFileSync(
    file,
    JSON.stringify({
      numPassedTests: count('passed'),
      numFailedTests: count('failed'),
      numPendingTests: count('skipped'),
      testResults: [{ assertionResults: statuses.map((status, index) => ({ fullName: `test ${index}`, status })) }],
    }),
  );
  return file;
}

test('counts what ran and names what was skipped', () => {
  expect(countVitest(report(['passed', 'skipped', 'passed']), false)).toEqual({
    passed: 2,
    failed: 0,
    skipped: 1,
    skippedNames: ['test 1'],
  });
});

test.each([
  ['a run without a test', report([]), false],
  ['a run that failed outside its tests', report(['passed']), true],
  ['a run that left no report', '/nowhere/report.json', false],
])('%s is a failure', (_, file, failed) => {
  expect(countVitest(file, failed).failed).toBe(1);
});

test('any other stage counts as one', () => {
  expect(countOne(false)).toMatchObject({ passed: 1, failed: 0 });
  expect(countOne(true)).toMatchObject({ passed: 0, failed: 1 });
});
