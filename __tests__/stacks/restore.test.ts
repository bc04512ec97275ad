import { DbInstance } from '@cdktf/provider-aws/lib/db-instance';
import { describe, expect, test } from 'vitest';
import { parseEnvironment, type EnvironmentConfig } from '../../src/config/environment';
import { environments } from '../../src/config/environments';
import { LONGEST_WORKSPACE, stacksOf } from '../support/environments';
import { violationsOf } from '../support/invariants';
import type { Synthesized } from '../support/synth';

type Instances = EnvironmentConfig['database']['instances'];

const RESTORED = { fromSnapshot: 'rds:cloudpe-default-prod-database-2026-11-24-03-07' };
// The monitors name the database too.
const { prod } = environments;

function stacks(instances: Instances, serving: string, workspace = 'default') {
  return stacksOf(parseEnvironment({ ...prod, database: { ...prod.database, instances, serving } }), { workspace });
}

/** What a plan from one row to the other says, by stack: `+ type`, `- type`, `~ type.id: attributes`. */
function plan(before: Record<string, Synthesized>, after: Record<string, Synthesized>): Record<string, string[]> {
  const lines = Object.entries(after).map(([stack, { resources }]): [string, string[]] => {
    const old = new Map(before[stack]?.resources.map((each) => [`${each.type}.${each.id}`, each.attributes]));
    const changed = resources.flatMap(({ type, id, attributes }) => {
      const was = old.get(`${type}.${id}`);
      old.delete(`${type}.${id}`);
      if (was === undefined) return [`+ ${type}`];
      const different = Object.keys({ ...was, ...attributes }).filter(
        (name) => JSON.stringify(was[name]) !== JSON.stringify(attributes[name]),
      );
      return different.length === 0 ? [] : [`~ ${type}.${id.replace(/_[0-9A-F]{8}$/, '')}: ${different.join(', ')}`];
    });
    return [stack, [...changed, ...[...old.keys()].map((address) => `- ${address.split('.')[0] ?? ''}`)]];
  });
  return Object.fromEntries(lines.filter(([, changes]) => changes.length > 0));
}

describe('a restore, step by step', () => {
  const before = stacks({ main: {} }, 'main');
  const beside = stacks({ main: {}, restored: RESTORED }, 'main');
  const switched = stacks({ main: {}, restored: RESTORED }, 'restored');
  const retiring = stacks({ main: { deletionProtection: false }, restored: RESTORED }, 'restored');
  const after = stacks({ restored: RESTORED }, 'restored');

  test('the instance comes up beside the one that serves, and nothing else changes', () => {
    expect(plan(before, beside)).toEqual({
      foundation: ['+ aws_cloudwatch_log_group', '+ aws_cloudwatch_log_group', '+ aws_db_instance'],
    });
  });

  test('the switch changes one parameter, rolls the backend, and turns what watches the database', () => {
    const { foundation, application, observability, ...rest } = plan(beside, switched);
    expect(foundation).toEqual(['~ aws_ssm_parameter.Database_Endpoint: value']);
    expect(application).toEqual([
      '~ aws_ecs_task_definition.Backend_Task: container_definitions',
      '~ aws_ecs_task_definition.MysqlCollector_Task: container_definitions',
    ]);
    expect(observability?.every((line) => /^~ datadog_(dashboard|monitor|service)/.test(line))).toBe(true);
    expect(JSON.stringify(switched.observability?.template)).toContain(
      'dbinstanceidentifier:cloudpe-default-prod-database-restored',
    );
    expect(JSON.stringify(switched.observability?.template)).not.toContain(
      'dbinstanceidentifier:cloudpe-default-prod-database}',
    );
    expect(rest).toEqual({});
  });

  test('the old one loses its protection before it goes, and nothing else', () => {
    expect(plan(switched, retiring)).toEqual({
      foundation: ['~ aws_db_instance.Database_Instance: deletion_protection, lifecycle'],
    });
    expect(plan(retiring, after)).toEqual({
      foundation: ['- aws_cloudwatch_log_group', '- aws_cloudwatch_log_group', '- aws_db_instance'],
    });
  });

  test.each(Object.entries({ beside, switched, retiring, after }))('%s keeps every invariant', (_, built) => {
    expect(violationsOf(Object.values(built), { publicBackend: false, nat: true })).toEqual([]);
  });

  test('the way back is the switch again', () => {
    expect(Object.keys(plan(switched, beside))).toEqual(Object.keys(plan(beside, switched)));
  });
});

test('the longest name of an instance fits the longest workspace', () => {
  const name = 'restored-2026-11-24';
  const { foundation } = stacks({ main: {}, [name]: RESTORED }, name, LONGEST_WORKSPACE);
  const identifiers = foundation?.all(DbInstance).map(({ identifier }) => String(identifier));
  expect(identifiers).toHaveLength(2);
  // RDS's limit.
  for (const identifier of identifiers ?? []) expect(identifier.length).toBeLessThanOrEqual(63);
});
