import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Provider } from '../../src/local/terraform-config';
import type { Synthesized, Template } from '../support/synth';

/**
 * What AWS would answer, by resource type: only arguments whose form some other resource checks. Terraform makes up random
 * words for all the rest.
 */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  aws_acm_certificate: {
    arn: arn('acm', 'certificate/mock'),
    domain_validation_options: [
      {
        domain_name: 'app.example.com',
        resource_record_name: '_mock.app.example.com',
        resource_record_type: 'CNAME',
        resource_record_value: '_mock.acm-validations.aws',
      },
    ],
  },
  aws_acm_certificate_validation: { certificate_arn: arn('acm', 'certificate/mock') },
  aws_cloudwatch_log_group: { arn: arn('logs', 'log-group:mock') },
  aws_ecs_cluster: { arn: arn('ecs', 'cluster/mock') },
  aws_ecs_task_definition: { arn: arn('ecs', 'task-definition/mock:1') },
  aws_iam_role: { arn: 'arn:aws:iam::123456789012:role/mock' },
  aws_kms_key: { arn: arn('kms', 'key/12345678-1234-1234-1234-123456789012') },
  aws_lb: { arn: arn('elasticloadbalancing', 'loadbalancer/app/mock/50dc6c495c0c9188') },
  aws_lb_target_group: { arn: arn('elasticloadbalancing', 'targetgroup/mock/50dc6c495c0c9188') },
  aws_s3_bucket: { arn: 'arn:aws:s3:::mock' },
  aws_ssm_parameter: { arn: arn('ssm', 'parameter/mock') },
  aws_wafv2_web_acl: { arn: arn('wafv2', 'regional/webacl/mock/12345678-1234-1234-1234-123456789012') },
};

/** What a stack reads of others, by the ending of the output's name. */
const OUTPUTS: readonly (readonly [ending: RegExp, value: string])[] = [
  [/aws_kms_key.*arn$/, arn('kms', 'key/12345678-1234-1234-1234-123456789012')],
  [/aws_ecr_repository.*arn$/, arn('ecr', 'repository/mock')],
  [/aws_ssm_parameter.*arn$/, arn('ssm', 'parameter/mock')],
  [/repository_url$/, '123456789012.dkr.ecr.us-east-1.amazonaws.com/mock'],
];

/** What AWS would answer to questions, by data source. */
const DATA: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  aws_availability_zones: { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
};

/** The providers that a stack asks for. */
export function providersOf({ template }: Synthesized): Provider[] {
  return Object.values(template.terraform?.required_providers ?? {}).map(({ source, version }) => ({
    source: source.includes('/') ? source : `hashicorp/${source}`,
    version,
  }));
}

/** A folder with the exact text of `stack`, for `terraform validate`; it is deleted after `use`. */
export function withStack<T>(stack: Synthesized, use: (folder: string) => Promise<T>): Promise<T> {
  return withFiles({ 'cdk.tf.json': stack.template }, use);
}

/** A folder with `stack` made fit for `terraform test`, and the test: plan, then apply. */
export function withMockedStack<T>(stack: Synthesized, use: (folder: string) => Promise<T>): Promise<T> {
  const { template } = stack;
  return withFiles({ 'cdk.tf.json': testable(template), 'main.tftest.json': testFile(template) }, use);
}

async function withFiles<T>(files: Readonly<Record<string, unknown>>, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-terraform-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(path.join(folder, name), JSON.stringify(content, undefined, 2));
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const EPHEMERAL = /ephemeral\.(\w+)\.(\w+)\.\w+/g;

/**
 * The stack without what a mocked provider cannot answer: ephemeral resources become ephemeral variables, and there is no
 * backend to keep a state in. `terraform test` destroys what it applied, so nothing may refuse that.
 */
function testable(template: Template): Record<string, unknown> {
  const { ephemeral, terraform, variable, ...rest } = template;
  const settings = { required_providers: terraform?.required_providers };
  const variables = ephemeralNames(ephemeral).map((name) => [
    name,
    { type: 'string', ephemeral: true, sensitive: true },
  ]);
  const text = JSON.stringify({ ...rest, terraform: settings }).replace(EPHEMERAL, 'var.$1_$2');
  const all = { ...variable, ...(Object.fromEntries(variables) as Record<string, unknown>) };
  // An empty block is an error to Terraform.
  const destroyable = JSON.parse(text, (key, value: unknown) =>
    key === 'prevent_destroy' ? undefined : value,
  ) as Record<string, unknown>;
  return { ...destroyable, ...(Object.keys(all).length > 0 && { variable: all }) };
}

function ephemeralNames(ephemeral: Template['ephemeral']): string[] {
  return Object.entries(ephemeral ?? {}).flatMap(([type, byId]) => Object.keys(byId).map((id) => `${type}_${id}`));
}

function testFile(template: Template): unknown {
  const resources = mocksOf(ANSWERS, template.resource);
  const data = mocksOf(DATA, template.data);
  const outputs = JSON.stringify(template).match(/(?<=outputs\.)[\w-]+/g) ?? [];
  const states = Object.keys(template.data?.terraform_remote_state ?? {});
  return {
    mock_provider: Object.fromEntries(
      Object.keys(template.terraform?.required_providers ?? {}).map((provider) => [
        provider,
        // Each stack hears only of the types that it has: Terraform refuses others.
        provider === 'aws'
          ? { mock_resource: resources, ...(Object.keys(data).length > 0 && { mock_data: data }) }
          : {},
      ]),
    ) as unknown,
    override_data: states.map((name) => ({
      target: `data.terraform_remote_state.${name}`,
      values: { outputs: Object.fromEntries(outputs.map((output) => [output, valueOf(output)])) },
    })),
    variables: Object.fromEntries(
      [...ephemeralNames(template.ephemeral), ...Object.keys(template.variable ?? {})].map((name) => [
        name,
        'of-the-test',
      ]),
    ) as unknown,
    run: [{ plan: { command: 'plan' } }, { apply: { command: 'apply', ...asserts(template) } }],
  };
}

function mocksOf(
  answers: typeof ANSWERS,
  blocks: Template['resource'],
): Record<string, { readonly defaults: unknown }> {
  return Object.fromEntries(
    Object.entries(answers).flatMap(([type, defaults]) => (blocks?.[type] ? [[type, { defaults }]] : [])),
  );
}

/** Every output that people read says something. */
function asserts(template: Template): Record<string, unknown> {
  const names = Object.keys(template.output ?? {}).filter((name) => !name.startsWith('cross-stack'));
  if (names.length === 0) return {};
  return {
    assert: names.map((name) => ({
      condition: `\${length(output.${name}) > 0}`,
      error_message: `${name} must not be empty`,
    })),
  };
}

function valueOf(output: string): string {
  return OUTPUTS.find(([ending]) => ending.test(output))?.[1] ?? `mock-${output.slice(-12)}`;
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:us-east-1:123456789012:${resource}`;
}
