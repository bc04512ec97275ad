import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_NAMES } from '../src/config/environment';
import { checkWorkspace, WORKSPACE_MAX_LENGTH } from '../src/config/inputs';
import { Identity, PROJECT } from '../src/identity';

const identity = (environment: string, workspace: string): Identity =>
  new Identity({ project: PROJECT, environment, workspace });

/** Workspaces that the inputs accept, among them those that look like other names. */
const workspaces = fc
  .oneof(
    fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,2}$/),
    fc.constantFrom(
      'default',
      'database',
      'frontend',
      'test1',
      'a-default',
      'cloudpe',
      'w'.repeat(WORKSPACE_MAX_LENGTH),
    ),
  )
  .filter((workspace) => {
    try {
      return checkWorkspace(workspace) === workspace;
    } catch {
      return false;
    }
  });
const deployments = fc.record({ environment: fc.constantFrom(...ENVIRONMENT_NAMES), workspace: workspaces });
const words = fc.constantFrom(
  'foundation',
  'application',
  'database',
  'frontend',
  'backend',
  'access',
  'logs',
  'test',
  'prod',
  'a',
);
const parts = fc.array(words, { maxLength: 3 });

/** Everything that must be unlike in two deployments. */
function names(
  { environment, workspace }: { environment: string; workspace: string },
  words: readonly string[],
): Record<string, string> {
  const of = identity(environment, workspace);
  return {
    name: of.name(...words),
    shortName: of.shortName(32, ...words),
    parameter: of.path(...words),
    stackId: of.stackId(words.join('-')),
    stateKey: of.stateKey(words.join('-')),
    statePrefix: of.statePrefix,
    env: of.env,
    clusterName: of.clusterName,
    logGroup: `/ecs/${of.name()}/${words.join('-')}`,
  };
}

describe('two deployments', () => {
  test('never share a name, a parameter, a state key, a log group or a Datadog scope, whatever they are called', () => {
    fc.assert(
      fc.property(deployments, deployments, parts, parts, (one, other, ones, others) => {
        fc.pre(one.environment !== other.environment || one.workspace !== other.workspace);
        const [left, right] = [names(one, ones), names(other, others)];
        for (const kind of Object.keys(left)) expect([kind, left[kind]]).not.toEqual([kind, right[kind]]);
      }),
      { numRuns: 5000 },
    );
  });

  test('never have a parameter or a state key below one of the other', () => {
    fc.assert(
      fc.property(deployments, deployments, (one, other) => {
        fc.pre(one.environment !== other.environment || one.workspace !== other.workspace);
        const [left, right] = [identity(one.environment, one.workspace), identity(other.environment, other.workspace)];
        expect(left.path('').startsWith(right.path(''))).toBe(false);
        expect(left.statePrefix.startsWith(right.statePrefix)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('names', () => {
  test('fit into what AWS and Datadog accept', () => {
    fc.assert(
      fc.property(deployments, parts, ({ environment, workspace }, ones) => {
        const of = identity(environment, workspace);
        expect(of.name(...ones)).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
        expect(of.shortName(32, ...ones)).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
        expect(of.shortName(32, ...ones).length).toBeLessThanOrEqual(32);
        // Datadog: a tag has at most 200 characters, and ECS tags 256.
        for (const tag of Object.values(of.tags)) expect(tag).toMatch(/^[a-z0-9-]{1,64}$/);
      }),
    );
  });

  test.each([
    ['an IAM role', 64, ['backend', 'execution']],
    ['an IAM role of the longest service name', 64, ['s'.repeat(15), 'execution']],
    ['an RDS instance', 63, ['database']],
    ['an S3 bucket', 63, ['access-logs', '1'.repeat(12)]],
  ])('are short enough for %s (%i)', (_, longest, words) => {
    for (const environment of ENVIRONMENT_NAMES) {
      expect(identity(environment, 'w'.repeat(WORKSPACE_MAX_LENGTH)).name(...words).length).toBeLessThanOrEqual(
        longest,
      );
    }
  });

  test('read as words', () => {
    const of = identity('test', 'alice');
    expect(names({ environment: 'test', workspace: 'alice' }, ['database'])).toEqual({
      name: 'cloudpe-alice-test-database',
      shortName: 'cloudpe-alice-test-database',
      parameter: '/cloudpe/test-alice/database',
      stackId: 'cloudpe-alice-test-database',
      stateKey: 'cloudpe/alice/test/database.tfstate',
      statePrefix: 'cloudpe/alice/test/',
      env: 'test-alice',
      clusterName: 'cloudpe-alice-test',
      logGroup: '/ecs/cloudpe-alice-test/database',
    });
    expect(of.tags).toEqual({
      project: 'cloudpe',
      environment: 'test',
      workspace: 'alice',
      env: 'test-alice',
      'managed-by': 'cdktf',
    });
  });

  test('say only the environment in the workspace default', () => {
    expect(identity('prod', 'default').env).toBe('prod');
  });

  test('that are cut keep a hash of the whole', () => {
    const of = identity('prod', 'w'.repeat(WORKSPACE_MAX_LENGTH));
    const [one, other] = [of.shortName(32, 'frontend'), of.shortName(32, 'frontends')];
    expect(one).toMatch(/^cloudpe-w+-[0-9a-f]{8}$/);
    expect(one).not.toBe(other);
  });
});

test('a service has the same name everywhere and is told apart by env', () => {
  expect(identity('test', 'alice').service('backend', '1.2.3')).toEqual({
    env: 'test-alice',
    service: 'backend-service',
    version: '1.2.3',
  });
  expect(identity('prod', 'default').service('backend')).toEqual({ env: 'prod', service: 'backend-service' });
});
