import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** How many tests did what. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;

  /** Full names of those that were skipped. */
  readonly skippedNames: readonly string[];
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

/** The counts of a stage that counts as one test. */
export function countOne(failed: boolean): Counts {
  return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: 0, skippedNames: [] };
}

/**
 * The counts in vitest's JSON report. A stage that failed without a failed test, that ran no test, or whose report cannot be
 * read counts as one failure: silence is no success.
 */
export function countVitest(file: string, failed: boolean): Counts {
  const { success, data } = vitestReport.safeParse(readJson(file));
  if (!success) return countOne(true);
  const skippedNames = data.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'skipped' || status === 'pending')
      .map(({ fullName }) => fullName),
  );
  const silent = failed || data.numPassedTests + data.numPendingTests === 0;
  return {
    passed: data.numPassedTests,
    failed: Math.max(data.numFailedTests, silent ? 1 : 0),
    skipped: data.numPendingTests,
    skippedNames,
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
