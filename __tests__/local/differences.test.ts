import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { environments } from '../../src/config/environments';
import { differencesOf, localDifferences } from '../../src/local/differences';
import { withTable } from '../../src/local/readme';
import { differencesTable, REASONS, reasonOf } from '../../src/local/reasons';
import { ROOT } from '../support/environments';

const { test: testRow, local } = environments;
const differences = localDifferences(ROOT);
const unexplained = (config: typeof local) =>
  differencesOf(testRow, config, ROOT)
    .filter((difference) => !reasonOf(difference))
    .map(({ type, where }) => `${type} ${where}`);

describe('what the local platform leaves out or does otherwise', () => {
  test('has a reason, every bit of it', () => {
    expect(unexplained(local)).toEqual([]);
  });

  test('is what the reasons say: none explains nothing', () => {
    const used = new Set(differences.map((difference) => reasonOf(difference)));
    expect(REASONS.filter((reason) => !used.has(reason))).toEqual([]);
  });

  test('is in the README: `npm run differences` writes it again', () => {
    const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    expect(readme).toBe(withTable(readme, differencesTable(differences)));
  });
});

describe('the comparison', () => {
  test('finds nothing between an environment and itself', () => {
    expect(differencesOf(testRow, testRow, ROOT)).toEqual([]);
  });

  test.each<[string, Partial<typeof local>, string]>([
    ['an argument', { database: { ...local.database, multiAz: true } }, 'aws_db_instance Database/Instance multi_az'],
    ['a resource', { network: { ...local.network, flowLogs: 'off' } }, 'aws_flow_log FlowLogs/FlowLog'],
    [
      'a variable of a container',
      { database: { ...local.database, poolSize: 9 } },
      'aws_ecs_task_definition Backend/Task container_definitions.backend-container.environment.DATABASE_POOL_SIZE.value',
    ],
  ])('shows %s that nobody gave a reason for', (_, change, where) => {
    expect(unexplained({ ...local, ...change })).toContain(where);
  });
});

test('a README without the place for the table is refused', () => {
  expect(() => withTable('# CloudPE\n', '')).toThrow('README.md must have the marks <!-- differences -->');
});
