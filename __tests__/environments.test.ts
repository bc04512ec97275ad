import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { describe, expect, test } from 'vitest';
import { environments } from '../src/config/environments';
import { LONGEST_WORKSPACE, stacksOf } from './support/environments';
import { choicesOf, clashesOf, violationsOf } from './support/invariants';

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
  const deployments = SUBJECTS.map(({ environment, workspace, config }) => ({
    owner: `${environment} ${workspace}`,
    stacks: Object.values(stacksOf(config, { workspace })),
  }));
  expect(clashesOf(deployments)).toEqual([]);
});
