import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { EcsService } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { Testing } from 'cdktf';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseEnvironment } from '../../src/config/environment';
import { environments } from '../../src/config/environments';
import { Identity, PROJECT } from '../../src/identity';
import { localImage } from '../../src/images/image-tag';
import { ApplicationStack, type ApplicationStackProps } from '../../src/stacks/application';
import { FoundationStack } from '../../src/stacks/foundation';
import { ROOT } from '../support/environments';
import { violationsOf } from '../support/invariants';
import { containersOf, Synthesized } from '../support/synth';

const root = mkdtempSync(path.join(os.tmpdir(), 'cloudpe-worker-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

// One folder under images/ …
cpSync(path.join(ROOT, 'images'), path.join(root, 'images'), { recursive: true });
mkdirSync(path.join(root, 'images/worker'));
writeFileSync(path.join(root, 'images/worker/Dockerfile'), 'FROM scratch\n');

// … one row in environments.ts …
const config = parseEnvironment({
  ...environments.test,
  datadog: { kind: 'off' },
  services: {
    ...environments.test.services,
    worker: { ...environments.test.services.backend, schedules: {}, rollout: 'quick' },
  },
});

// … and one sentence in the application stack.
class WithWorker extends ApplicationStack {
  public constructor(...[scope, props]: ConstructorParameters<typeof ApplicationStack>) {
    super(scope, props);
    this.service('worker', { container: { name: 'worker-container', image: this.imageOf('worker') } });
  }
}

function deployed(Application: new (...args: ConstructorParameters<typeof ApplicationStack>) => ApplicationStack) {
  const app = Testing.app();
  const identity = new Identity({ project: PROJECT, environment: config.name, workspace: 'default' });
  const foundation = new FoundationStack(app, { config, identity });
  const images: ApplicationStackProps['images'] = Object.fromEntries(
    Object.entries(config.services).map(([name, { architecture }]) => [name, localImage(root, name, architecture)]),
  );
  new Application(app, { config, identity, foundation, images, version: '1.2.3' });
  const [one, other] = Synthesized.app(app);
  if (!one || !other) throw new Error('expected two stacks');
  return { foundation: one, application: other };
}

const { foundation, application } = deployed(WithWorker);

test('a worker gets a repository and a Fargate service with roles, logs and scaling', () => {
  expect(foundation.all(EcrRepository).map(({ name }) => name)).toContain('cloudpe-default-test/pe/worker');
  expect(application.one(EcsService, 'Worker_')).toMatchObject({
    name: 'cloudpe-default-test-worker',
    deployment_minimum_healthy_percent: 0,
  });
  expect(application.one(EcsTaskDefinition, 'Worker_')).toMatchObject({ family: 'cloudpe-default-test-worker-task' });
  const types = application.resources.filter(({ id }) => id.startsWith('Worker_')).map(({ type }) => type);
  expect([...new Set(types)].sort()).toEqual([
    'aws_appautoscaling_policy',
    'aws_appautoscaling_target',
    'aws_cloudwatch_log_group',
    'aws_ecs_service',
    'aws_ecs_task_definition',
    'aws_iam_role',
    'aws_iam_role_policy',
    'aws_security_group',
    'aws_vpc_security_group_egress_rule',
  ]);
});

test('it runs the image of its folder, tagged with the content’s hash', () => {
  const { image } = containersOf(application.one(EcsTaskDefinition, 'Worker_'))['worker-container'] ?? {};
  expect(image).toMatch(/^\$\{data\.terraform_remote_state\..*repository_url\}:[0-9a-f]{16}$/);
});

test('nobody connects to it: no load balancer, no rule into it', () => {
  expect(application.all(LbTargetGroup)).toHaveLength(2);
  expect(application.one(EcsService, 'Worker_')).not.toHaveProperty('load_balancer');
  expect(
    application.resources.filter(
      ({ type, attributes }) =>
        type === 'aws_vpc_security_group_ingress_rule' && String(attributes.security_group_id).includes('.Worker_'),
    ),
  ).toEqual([]);
});

test('the other services stay as they are', () => {
  const others = (stack: Synthesized) =>
    stack.resources.filter(({ id, type }) => !id.startsWith('Worker_') && type.startsWith('aws_'));
  expect(others(application)).toEqual(others(deployed(ApplicationStack).application));
});

test('it keeps every invariant', () => {
  expect(violationsOf([foundation, application], { publicBackend: false, nat: true })).toEqual([]);
});

test('a row without a folder says which folders there are', () => {
  expect(() => localImage(root, 'mailer', 'x86_64')).toThrow(
    'services.mailer must have a folder images/mailer, found backend, frontend, worker',
  );
});
