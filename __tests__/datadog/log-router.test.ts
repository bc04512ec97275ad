import { expect, test } from 'vitest';
import { LogRouter } from '../../src/datadog/log-router';

const apiKey = { name: 'key', arn: 'arn:key' };
const service = { env: 'test', service: 'backend-service', version: '1.2.3' };
const router = new LogRouter({ site: 'us5.datadoghq.com', apiKey, service });
const api = { name: 'backend-container', image: 'api:1' };

test('lines go to the intake of the site, not to the one of the first site', () => {
  const { logConfiguration } = router.route(api, 'python');
  expect(logConfiguration?.options.Host).toBe('http-intake.logs.us5.datadoghq.com');
});

test('lines carry service, source, env and version', () => {
  expect(router.route(api, 'python').logConfiguration?.options).toMatchObject({
    dd_service: 'backend-service',
    dd_source: 'python',
    dd_tags: 'env:test,version:1.2.3',
  });
});

test('the key is an address', () => {
  const { logConfiguration } = router.route(api, 'python');
  expect(logConfiguration?.secretOptions).toEqual({ apikey: apiKey });
  expect(JSON.stringify(logConfiguration?.options)).not.toContain('apikey');
});

test('the router is pinned, labelled, and never stops the product', () => {
  expect(router.container.image).toMatch(/:\d+\.\d+\.\d+$/);
  expect(router.container.essential).toBe(false);
  expect(router.container.dockerLabels).toMatchObject({ 'com.datadoghq.tags.service': 'backend-service' });
  expect(router.container.firelensConfiguration?.type).toBe('fluentbit');
});

test('its health check proves something', () => {
  expect(router.container.healthCheck?.command.join(' ')).toContain('/var/run/fluent.sock');
});
