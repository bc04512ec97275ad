import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { describe, expect, test } from 'vitest';
import { readInputs } from '../../src/config/inputs';
import { agentImage } from '../../src/datadog/agent';
import { testAgentImage } from '../../src/datadog/test-agent';
import { datadogVariables } from '../../src/local/datadog-keys';
import { pullAgent } from '../../src/local/images';
import { StepError } from '../../src/local/logged';
import { localSettings } from '../../src/local/settings';
import { traces } from '../../src/local/traces';
import { stacksOf } from '../support/environments';
import { scripted } from './scripted-run';

const KEY = 'placeholder-of-the-tests';
const without = localSettings('/checkout', {});
const withKey = localSettings('/checkout', { DD_API_KEY: KEY });

describe('the sidecar of the local platform', () => {
  test('is the test agent without a key, and Datadog’s agent with one', () => {
    expect(without.config.datadog.kind).toBe('test-agent');
    expect(withKey.config.datadog).toEqual({ kind: 'agent-only', site: 'us5.datadoghq.com', apiKeyVersion: 1 });
  });

  test.each(['', '  '])('is the test agent when the key is %j', (key) => {
    expect(localSettings('/checkout', { DD_API_KEY: key }).config).toEqual(without.config);
  });

  test('is the choice of the local row alone', () => {
    expect(readInputs({ ENVIRONMENT: 'test', DD_API_KEY: KEY })).toEqual(readInputs({ ENVIRONMENT: 'test' }));
  });

  test('is in every task with the key, which it gets from SSM', () => {
    const stacks = stacksOf(withKey.config);
    const tasks = stacks.application?.all(EcsTaskDefinition) ?? [];
    expect(tasks).toHaveLength(2);
    for (const task of tasks) {
      const containers = JSON.parse(String(task.container_definitions)) as { name: string; image: string }[];
      expect(containers.find(({ name }) => name === 'datadog-agent')).toMatchObject({
        image: agentImage,
        secrets: [{ name: 'DD_API_KEY', valueFrom: expect.stringContaining('DatadogApiKey') as string }],
      });
    }
    expect(stacks.foundation?.all(SsmParameter)).toContainEqual(
      expect.objectContaining({
        name: '/cloudpe/local/datadog/api-key',
        value_wo: expect.stringMatching(/^.{2}var\.datadog_api_key}$/) as string,
      }),
    );
    expect(Object.values(stacks).map(({ json }) => json.includes(KEY))).toEqual([false, false]);
  });

  test('needs no parameter and no variable without a key', () => {
    expect(stacksOf(without.config).foundation?.json).not.toContain('datadog_api_key');
    expect(datadogVariables(without.config, {})).toEqual({});
  });

  test('gets the key by an ephemeral variable, and asks for no application key', () => {
    expect(datadogVariables(withKey.config, { DD_API_KEY: KEY })).toEqual({ TF_VAR_datadog_api_key: KEY });
  });
});

describe('pulling it', () => {
  test('happens once', async () => {
    const absent = scripted({ 'image inspect': { failed: true } });
    await pullAgent(absent.run, () => undefined);
    expect(absent.commands.at(-1)).toBe(`docker pull --quiet ${agentImage}`);
    const present = scripted({});
    await pullAgent(present.run, () => undefined);
    expect(present.commands).toHaveLength(1);
  });

  test('says in one line what to do when the image cannot be had', async () => {
    const { run } = scripted({
      'image inspect': { failed: true },
      pull: { failed: true, stderr: 'Using default…\ndenied: no route' },
    });
    await expect(pullAgent(run, () => undefined)).rejects.toThrow(
      new StepError(
        `${agentImage} cannot be pulled (denied: no route): let the Docker engine reach its registry, load the image with docker load, or unset DD_API_KEY to run the test agent`,
      ),
    );
  });
});

describe('npm run traces', () => {
  const ps = (image: string, cluster = 'cloudpe-default-local') =>
    scripted({
      'docker ps': { stdout: `1a2b ${image} arn:aws:ecs:us-east-1:000000000000:cluster/${cluster}` },
      'docker exec': {
        stdout: JSON.stringify([
          [
            {
              service: 'backend-service',
              name: 'flask.request',
              resource: 'GET /notes',
              error: 0,
              duration: 2_000_000,
            },
          ],
        ]),
      },
    });

  test('asks the test agent', async () => {
    expect(await traces(ps(testAgentImage).run, without)).toMatch(/backend-service.*flask\.request.*GET \/notes.*2\.0/);
  });

  // What runs decides, not what the next `up` would start.
  test.each([without, withKey])('names the place in Datadog when its agent runs', async (settings) => {
    expect(await traces(ps(agentImage).run, settings)).toBe(
      "Datadog's agent runs beside the tasks: see the traces at https://us5.datadoghq.com/apm/traces?query=env%3Alocal",
    );
  });

  test('leaves the agents of other workspaces alone', async () => {
    expect(await traces(ps(agentImage, 'cloudpe-alice-local').run, without)).toMatch(/^No traces yet/);
  });
});
