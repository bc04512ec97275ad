import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { describe, expect, test } from 'vitest';
import { environments } from '../src/config/environments';
import { LONGEST_WORKSPACE, stacksOf } from './support/environments';
import { choicesOf, violationsOf } from './support/invariants';

const SUBJECTS = Object.values(environments).flatMap((config) =>
  ['default', LONGEST_WORKSPACE].map((workspace) => ({ environment: config.name, workspace, config })),
);

describe.each(SUBJECTS)('$environment in workspace $workspace', ({ environment, workspace, config }) => {
  const stacks = Object.values(stacksOf(config, { workspace }));

  test('has the stacks of its row, each under a state key of its own', () => {
    expect(stacks.map(({ name }) => name.split('-').at(-1)).sort()).toEqual(
      [
        'application',
        'foundation',
        ...(config.images === 'stack' ? ['images'] : []),
        ...(config.datadog.kind === 'agent' ? ['observability'] : []),
      ].sort(),
    );
    const keys = stacks.map(({ template }) => template.terraform?.backend?.s3?.key);
    expect(keys.sort()).toEqual(
      stacks.map(({ name }) => `cloudpe/${workspace}/${environment}/${name.split('-').at(-1) ?? ''}.tfstate`).sort(),
    );
  });

  test('makes roles within the boundary of its pipeline, where it has one', () => {
    const roles = stacks.flatMap((stack) => stack.all(IamRole));
    expect(roles.length).toBeGreaterThan(3);
    const boundary =
      config.deployment.pipeline.kind === 'github'
        ? `arn:aws:iam::${config.account}:policy/pipeline/cloudpe-${environment}-boundary`
        : undefined;
    expect(new Set(roles.map(({ permissions_boundary }) => permissions_boundary))).toEqual(new Set([boundary]));
  });

  test('keeps every invariant', () => {
    expect(violationsOf(stacks, choicesOf(config))).toEqual([]);
  });
});

test('no two workspaces or environments share a state key, a log group, a parameter or any other name', () => {
  const seen = new Map<string, string>();
  for (const { environment, workspace, config } of SUBJECTS) {
    for (const stack of Object.values(stacksOf(config, { workspace }))) {
      const key = JSON.stringify(stack.template.terraform?.backend);
      const names = stack.resources
        .filter(({ type }) => type.startsWith('aws_') && type !== 'aws_iam_role_policy')
        .flatMap(({ type, attributes }) =>
          [
            'name',
            'name_prefix',
            'identifier',
            'bucket',
            'alarm_name',
            ...(type === 'aws_ecs_task_definition' ? ['family'] : []),
          ]
            .map((field) => attributes[field])
            // A reference carries the name of what it refers to; a fixed prefix is completed by AWS.
            .filter((name) => typeof name === 'string' && !name.startsWith('${') && name !== 'pe-')
            .map((name) => `${type} ${String(name)}`),
        );
      const owner = `${environment} ${workspace}`;
      for (const name of [key, ...names]) {
        expect([name, seen.get(name) ?? owner]).toEqual([name, owner]);
        seen.set(name, owner);
      }
    }
  }
});
