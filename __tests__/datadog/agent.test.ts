import { describe, expect, test } from 'vitest';
import { DatadogAgent } from '../../src/datadog/agent';
import { TestAgent, testAgentVersion } from '../../src/datadog/test-agent';
import { readFileSync } from 'node:fs';

const apiKey = { name: '/cloudpe/test/datadog/api-key', arn: 'arn:aws:ssm:us-east-1:111111111111:parameter/key' };
const service = { env: 'test', service: 'backend-service', version: '1.2.3' };
const agent = new DatadogAgent({ site: 'us5.datadoghq.com', apiKey, service, tags: { project: 'cloudpe' } });
const api = {
  name: 'backend-container',
  image: 'api:1',
  environment: { APP_ENV: 'test' },
  dependsOn: { migrate: 'SUCCESS' as const },
};

describe('the agent', () => {
  test('is pinned to a patch', () => {
    expect(agent.container.image).toMatch(/^public\.ecr\.aws\/datadog\/agent:7\.\d+\.\d+$/);
  });

  test('gets its key as an address, never as a value', () => {
    expect(agent.container.secrets).toEqual({ DD_API_KEY: apiKey });
    expect(agent.container.environment).not.toHaveProperty('DD_API_KEY');
  });

  test('never stops the product', () => {
    expect(agent.container.essential).toBe(false);
  });

  test('listens for traces and for metrics', () => {
    expect(agent.container.ports).toEqual([
      { port: 8125, protocol: 'udp' },
      { port: 8126, protocol: 'tcp' },
    ]);
  });

  test('says which service it stands beside, as variables and as labels', () => {
    expect(agent.container.environment).toMatchObject({
      DD_ENV: 'test',
      DD_SERVICE: 'backend-service',
      DD_VERSION: '1.2.3',
      DD_TAGS: 'env:test project:cloudpe',
    });
    expect(agent.container.dockerLabels).toEqual({
      'com.datadoghq.tags.env': 'test',
      'com.datadoghq.tags.service': 'backend-service',
      'com.datadoghq.tags.version': '1.2.3',
    });
  });

  test('is asked for its health by its own script', () => {
    expect(agent.container.healthCheck?.command).toEqual(['CMD-SHELL', '/probe.sh']);
  });

  test('takes no host name, which would bill a host for every task', () => {
    expect(agent.container.environment).not.toHaveProperty('DD_HOSTNAME');
  });

  test('leaves a task of half a vCPU almost all of it', () => {
    expect(agent.container.cpu).toBeLessThanOrEqual(64);
  });

  test('refuses a site that does not exist', () => {
    expect(() => new DatadogAgent({ site: 'datadog.com', apiKey, service })).toThrow(
      'site must be one of datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, datadoghq.eu, ap1.datadoghq.com, ' +
        'ap2.datadoghq.com, ddog-gov.com, got "datadog.com"',
    );
  });
});

describe.each([
  ['the agent', agent, 'HEALTHY'],
  ['the test agent', new TestAgent({ service }), 'START'],
])('%s instruments a container', (_, sidecar, condition) => {
  test('with the tags as variables and as labels', () => {
    expect(sidecar.instrument(api)).toMatchObject({
      environment: { APP_ENV: 'test', DD_ENV: 'test', DD_SERVICE: 'backend-service', DD_VERSION: '1.2.3' },
      dockerLabels: { 'com.datadoghq.tags.service': 'backend-service' },
    });
  });

  test('that starts after it, and after what it waited for already', () => {
    expect(sidecar.instrument(api).dependsOn).toEqual({ migrate: 'SUCCESS', 'datadog-agent': condition });
  });

  test('once: again changes nothing', () => {
    const once = sidecar.instrument(api);
    expect(sidecar.instrument(once)).toEqual(once);
  });

  test('leaving it a word of its own about tracing, but none about who it is', () => {
    const container = sidecar.instrument({ ...api, environment: { DD_LOGS_INJECTION: 'false', DD_SERVICE: 'other' } });
    expect(container.environment).toMatchObject({ DD_LOGS_INJECTION: 'false', DD_SERVICE: 'backend-service' });
  });

  test('without touching the one it was given', () => {
    const before = structuredClone(api);
    sidecar.instrument(api);
    expect(api).toEqual(before);
  });

  test('and only labels one that sends no traces', () => {
    expect(sidecar.label(api)).toEqual({ ...api, dockerLabels: sidecar.instrument(api).dockerLabels });
  });
});

test('SQL carries a trace only where Database Monitoring reads it', () => {
  const monitored = new DatadogAgent({ site: 'us5.datadoghq.com', apiKey, service, databaseMonitoring: true });
  expect(monitored.instrument(api).environment).toMatchObject({ DD_DBM_PROPAGATION_MODE: 'full' });
  expect(agent.instrument(api).environment).not.toHaveProperty('DD_DBM_PROPAGATION_MODE');
});

test('a service without a version has no version tag', () => {
  const { container } = new DatadogAgent({ site: 'us5.datadoghq.com', apiKey, service: { env: 'test', service: 'a' } });
  expect(JSON.stringify(container)).not.toMatch(/version/i);
});

test('the test agent is of the version that its image installs', () => {
  const requirements = readFileSync(new URL('../../src/local/test-agent/requirements.in', import.meta.url), 'utf8');
  expect(requirements.trim()).toBe(`ddapm-test-agent==${testAgentVersion}`);
});
