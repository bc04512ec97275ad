import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvironment, type EnvironmentConfig } from '../../src/config/environment';
import { stacksOf } from '../support/environments';
import { choicesOf, violationsOf } from '../support/invariants';
import { candidates } from './generated';

/** A field, a rule and the value, or what the field must not have. */
const LINE = /^[a-zA-Z].* must (not have the field .+|.+, got .+)$/;

function parsed(candidate: unknown): EnvironmentConfig | Error {
  try {
    return parseEnvironment(candidate);
  } catch (error) {
    return error as Error;
  }
}

test('thousands of configurations are right, or wrong with one line a problem', () => {
  let right = 0;
  fc.assert(
    fc.property(fc.oneof(candidates('often'), candidates('seldom')), (candidate) => {
      const result = parsed(candidate);
      if (result instanceof Error) {
        expect(result.constructor).toBe(Error);
        for (const line of result.message.split('\n')) expect(line).toMatch(LINE);
      } else right += 1;
    }),
    { numRuns: 2000 },
  );
  // Both halves of the sentence were asked.
  expect(right).toBeGreaterThan(20);
  expect(right).toBeLessThan(2900);
});

test('anything at all is an error of lines, never a crash', () => {
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      const result = parsed(anything);
      expect(result).toBeInstanceOf(Error);
      for (const line of (result as Error).message.split('\n')) expect(line).toMatch(LINE);
    }),
    { numRuns: 1000 },
  );
});

test('every right configuration synthesizes stacks that keep every invariant', () => {
  fc.assert(
    fc.property(
      candidates('never').filter((candidate) => !(parsed(candidate) instanceof Error)),
      fc.constantFrom('default', 'w'.repeat(20)),
      (candidate, workspace) => {
        const config = parseEnvironment(candidate);
        const stacks = Object.values(stacksOf(config, { workspace }));
        expect(violationsOf(stacks, choicesOf(config))).toEqual([]);
      },
    ),
    { numRuns: 20 },
  );
}, 120_000);
