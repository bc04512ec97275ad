import { App, TerraformStack, Testing } from 'cdktf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_NAMES } from '../../src/config/environment';
import { checkWorkspace } from '../../src/config/inputs';
import { Identity } from '../../src/identity';
import { addBackend, type StateStore } from '../../src/state/backend';

function terraformOf(store: StateStore): Record<string, unknown> {
  const stack = new TerraformStack(new App(), 'cloudpe-default-test-foundation');
  addBackend(stack, 'cloudpe/default/test/foundation.tfstate', store);
  return (JSON.parse(Testing.synth(stack)) as { terraform: Record<string, unknown> }).terraform;
}

describe('where a stack keeps its state', () => {
  test('a bucket, with a lock beside the state and the bucket’s own encryption', () => {
    expect(terraformOf({ kind: 's3', bucket: 'states', region: 'us-east-1' }).backend).toEqual({
      s3: {
        bucket: 'states',
        key: 'cloudpe/default/test/foundation.tfstate',
        region: 'us-east-1',
        use_lockfile: true,
      },
    });
  });

  test('a bucket of the emulator, with nothing that would ask AWS', () => {
    const endpoint = 'http://127.0.0.1:4566';
    expect(terraformOf({ kind: 's3', bucket: 'states', region: 'us-east-1', endpoint }).backend).toEqual({
      s3: {
        bucket: 'states',
        key: 'cloudpe/default/test/foundation.tfstate',
        region: 'us-east-1',
        use_lockfile: true,
        endpoints: { s3: endpoint },
        access_key: 'emulator',
        secret_key: 'emulator',
        use_path_style: true,
        skip_credentials_validation: true,
        skip_metadata_api_check: true,
        skip_region_validation: true,
        skip_requesting_account_id: true,
      },
    });
  });

  test('HCP Terraform, in a workspace named like the stack', () => {
    expect(terraformOf({ kind: 'hcp', organization: 'example' }).cloud).toEqual({
      organization: 'example',
      workspaces: { name: 'cloudpe-default-test-foundation' },
    });
  });

  test('a file', () => {
    expect(terraformOf({ kind: 'file', folder: '/states' }).backend).toEqual({
      local: { path: '/states/cloudpe/default/test/foundation.tfstate' },
    });
  });
});

describe('names', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
  const workspace = fc
    .array(word, { minLength: 1, maxLength: 3 })
    .map((words) => words.join('-'))
    .filter((name) => {
      try {
        return checkWorkspace(name) === name;
      } catch {
        return false;
      }
    });
  const part = fc.constantFrom('foundation', 'images', 'application', 'database', 'access-logs');
  const place = fc.record({ workspace, environment: fc.constantFrom(...ENVIRONMENT_NAMES), part });
  const identity = (at: { workspace: string; environment: string }): Identity =>
    new Identity({ project: 'cloudpe', ...at });

  test('two places never share a state, a name, a short name or a parameter', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        fc.pre(a.workspace !== b.workspace || a.environment !== b.environment || a.part !== b.part);
        const [first, second] = [identity(a), identity(b)];
        expect(first.stateKey(a.part)).not.toBe(second.stateKey(b.part));
        expect(first.name(a.part)).not.toBe(second.name(b.part));
        expect(first.shortName(32, a.part)).not.toBe(second.shortName(32, b.part));
        expect(first.path(a.part)).not.toBe(second.path(b.part));
      }),
      { numRuns: 2000 },
    );
  });

  test('the longest allowed workspace stays within AWS’s limits', () => {
    for (const environment of ENVIRONMENT_NAMES) {
      const longest = identity({ workspace: checkWorkspace('a'.repeat(20)), environment });
      // Load balancers and target groups 32, roles 64, buckets 63, databases 63.
      expect(longest.shortName(32, 'frontend').length).toBeLessThanOrEqual(32);
      expect(longest.name('mysql-collector', 'execution').length).toBeLessThanOrEqual(64);
      expect(longest.name('access-logs', '111111111111').length).toBeLessThanOrEqual(63);
      expect(longest.name('database').length).toBeLessThanOrEqual(63);
    }
  });
});
