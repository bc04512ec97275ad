import { App, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { defineState } from '../../src/app';
import { environments } from '../../src/config/environments';
import { parseEnvironment, type EnvironmentConfig } from '../../src/config/environment';

type Block = Readonly<Record<string, unknown>>;
interface Synthesized {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Block>>>>;
}
interface Document {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }[];
}

function stateOf(config: EnvironmentConfig): Synthesized {
  if (config.state.kind !== 's3') throw new Error('only a bucket has a stack of its own');
  const stack = defineState(new App(), config, config.state.bucket, { kind: 'file', folder: '/states' });
  return JSON.parse(Testing.synth(stack)) as Synthesized;
}

function all({ resource }: Synthesized, type: string): readonly Block[] {
  return Object.values(resource[type] ?? {});
}

function only(synthesized: Synthesized, type: string): Block {
  const [block, ...others] = all(synthesized, type);
  if (!block || others.length > 0) throw new Error(`${type}: expected one, got ${others.length + (block ? 1 : 0)}`);
  return block;
}

function documentOf(block: Block, attribute = 'policy'): Document {
  return JSON.parse(String(block[attribute])) as Document;
}

function policyNamed(synthesized: Synthesized, name: string): Document {
  const found = all(synthesized, 'aws_iam_policy').find((block) => block.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return documentOf(found);
}

const prod = stateOf(environments.prod);

describe('the state bucket', () => {
  test('Terraform refuses to destroy it, and the key that reads it', () => {
    expect(only(prod, 'aws_s3_bucket').lifecycle).toEqual({ prevent_destroy: true });
    expect(only(prod, 'aws_kms_key').lifecycle).toEqual({ prevent_destroy: true });
  });

  test('keeps versions, and forgets the old ones only', () => {
    expect(only(prod, 'aws_s3_bucket_versioning').versioning_configuration).toEqual({ status: 'Enabled' });
    const [rule] = only(prod, 'aws_s3_bucket_lifecycle_configuration').rule as Block[];
    expect(rule).toMatchObject({
      noncurrent_version_expiration: [{ noncurrent_days: 90 }],
      expiration: [{ expired_object_delete_marker: true }],
    });
  });

  test('encrypts by its own key', () => {
    const [rule] = only(prod, 'aws_s3_bucket_server_side_encryption_configuration').rule as Block[];
    expect(rule?.apply_server_side_encryption_by_default).toMatchObject({ sse_algorithm: 'aws:kms' });
  });

  test('refuses plain HTTP and weaker encryption, and is never public', () => {
    const { Statement } = documentOf(only(prod, 'aws_s3_bucket_policy'));
    expect(Statement).toMatchObject([
      { Effect: 'Deny', Action: ['s3:*'], Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Deny',
        Action: ['s3:PutObject'],
        Condition: { StringNotEqualsIfExists: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
      },
    ]);
    expect(only(prod, 'aws_s3_bucket_public_access_block')).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });
});

describe('the pipeline’s roles', () => {
  test('belong to one environment of one repository each, exactly', () => {
    const subjects = all(prod, 'aws_iam_role').map((role) => {
      const [statement] = documentOf(role, 'assume_role_policy').Statement;
      expect(statement?.Condition?.StringEquals?.['token.actions.githubusercontent.com:aud']).toBe('sts.amazonaws.com');
      return statement?.Condition?.StringEquals?.['token.actions.githubusercontent.com:sub'];
    });
    expect(subjects.sort()).toEqual([
      'repo:example/cloudpe:environment:prod',
      'repo:example/cloudpe:environment:prod-plan',
    ]);
  });

  test('no key lies anywhere', () => {
    expect(Object.keys(prod.resource)).not.toContain('aws_iam_access_key');
    expect(Object.keys(prod.resource)).not.toContain('aws_iam_user');
  });

  test('every policy fits IAM’s limit of 6144 characters', () => {
    for (const block of all(prod, 'aws_iam_policy')) {
      expect(String(block.policy).length, String(block.name)).toBeLessThan(6144);
    }
  });

  test('planning writes nothing but locks', () => {
    const writing = policyNamed(prod, 'cloudpe-prod-plan').Statement.filter(({ Action }) =>
      [Action]
        .flat()
        .some((action) => !/:(Get|List|Describe|BatchGet|BatchCheck|Decrypt|GenerateDataKey)/.test(action)),
    );
    expect(writing.map(({ Sid }) => Sid)).toEqual(['LockState']);
    expect(writing[0]?.Resource).toEqual([expect.stringMatching(/\/cloudpe\/\*\/prod\/\*\.tflock$/)]);
  });

  test('no statement allows everything: what has no name to scope by has a condition, or only reads', () => {
    const names = ['cloudpe-prod-plan', 'cloudpe-prod-deploy-data', 'cloudpe-prod-deploy-compute'];
    for (const { Sid, Action, Resource, Condition } of names.flatMap((name) => policyNamed(prod, name).Statement)) {
      const actions = [Action].flat();
      expect(actions, Sid).not.toContain('*');
      const reads = actions.every((action) => /:(Get|List|Describe)/.test(action));
      if (Resource.includes('*') && !reads) expect(Condition, Sid).toBeDefined();
    }
  });

  test('a state of another environment is out of reach', () => {
    const names = ['cloudpe-prod-plan', 'cloudpe-prod-deploy-data', 'cloudpe-prod-deploy-compute'];
    const objects = names
      .flatMap((name) => policyNamed(prod, name).Statement)
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => resource.startsWith('${aws_s3_bucket.') && resource.includes('/'));
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) expect(object).toMatch(/\/cloudpe\/\*\/prod\//);
  });

  test('a deployment makes roles only within the boundary, and cannot touch what holds it', () => {
    const { Statement } = policyNamed(prod, 'cloudpe-prod-deploy-compute');
    const make = Statement.find(({ Sid }) => Sid === 'MakeRoles');
    expect(make?.Condition).toEqual({
      StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::222222222222:policy/pipeline/cloudpe-prod-boundary' },
    });
    const pattern = /^arn:aws:iam::222222222222:role\/cloudpe-.*-prod-.*$/;
    const own = 'arn:aws:iam::222222222222:role/pipeline/cloudpe-prod-deploy';
    expect(make?.Resource).toEqual(['arn:aws:iam::222222222222:role/cloudpe-*-prod-*']);
    expect(own).not.toMatch(pattern);
    const iam = Statement.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('iam:')));
    for (const { Sid, Resource } of iam) {
      expect(Resource, Sid).toHaveLength(1);
      expect(Resource[0], Sid).toMatch(/:role\/(cloudpe-\*-prod-\*|aws-service-role\/\*)$/);
    }
  });

  test('an account that has GitHub’s provider gets no second one', () => {
    const pipeline = { kind: 'github', repository: 'example/cloudpe', provider: 'existing' } as const;
    const state = stateOf({ ...environments.prod, deployment: { ...environments.prod.deployment, pipeline } });
    expect(Object.keys(state.resource)).not.toContain('aws_iam_openid_connect_provider');
  });

  test('records are written only for the environment’s own domain', () => {
    const domain = { name: 'app.example.com', zone: 'example.com' };
    const state = stateOf({ ...environments.prod, edge: { ...environments.prod.edge, domain } });
    const records = policyNamed(state, 'cloudpe-prod-deploy-compute').Statement.find(({ Sid }) => Sid === 'Records');
    expect(records?.Condition).toEqual({
      'ForAllValues:StringLike': {
        'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['app.example.com', '*.app.example.com'],
      },
    });
  });

  test('a repository with a wildcard is refused', () => {
    const pipeline = { kind: 'github', repository: 'example/*', provider: 'create' };
    expect(() =>
      parseEnvironment({ ...environments.prod, deployment: { ...environments.prod.deployment, pipeline } }),
    ).toThrow('deployment.pipeline.repository must be a repository as owner/name, without wildcards, got "example/*"');
  });
});

test('environments of one account that share a bucket share its stack', () => {
  const shared = stateOf({ ...environments.local, state: environments.prod.state, account: environments.prod.account });
  expect(all(shared, 'aws_s3_bucket')).toHaveLength(1);
  expect(all(shared, 'aws_iam_role').map(({ name }) => name)).toEqual(['cloudpe-prod-deploy', 'cloudpe-prod-plan']);
});

describe('a budget', () => {
  test('warns by mail, counting what carries the environment’s tag', () => {
    expect(only(prod, 'aws_budgets_budget')).toMatchObject({
      name: 'cloudpe-prod',
      limit_amount: '600',
      cost_filter: [{ name: 'TagKeyValue', values: ['user:environment$prod'] }],
    });
  });

  test('is optional', () => {
    expect(all(stateOf(environments.local), 'aws_budgets_budget')).toEqual([]);
  });
});
