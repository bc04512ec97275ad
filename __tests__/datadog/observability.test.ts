import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import type { MonitorRow } from '../../src/datadog/monitor-rows/row';
import { Observability, type ObservabilityProps } from '../../src/datadog/observability';
import type { ObservabilityThresholds } from '../../src/datadog/thresholds';
import { Synthesized, defaultThresholds, props, watched } from './support/fixture';

const stack = Synthesized.observability();

test('a deployment gets one RUM application, one dashboard, its monitors, SLOs and synthetic tests', () => {
  expect(stack.types.sort()).toEqual([
    'datadog_dashboard_json',
    'datadog_monitor',
    'datadog_rum_application',
    'datadog_rum_metric',
    'datadog_service_level_objective',
    'datadog_synthetics_test',
  ]);
  expect(stack.all('datadog_dashboard_json')).toHaveLength(1);
  expect(stack.all('datadog_rum_application')).toHaveLength(1);
  expect(stack.all('datadog_service_level_objective')).toHaveLength(3);
  expect(stack.all('datadog_synthetics_test')).toHaveLength(2);
});

test('the page learns application id and client token', () => {
  const { rum } = new Observability(new TerraformStack(Testing.app(), 'observability'), 'Observability', props);
  expect(rum.applicationId).toMatch(/TOKEN/);
  expect(rum.clientToken).toMatch(/TOKEN/);
});

test('without a public address there is nothing to call from outside', () => {
  const { types } = Synthesized.observability({ publicUrl: undefined });
  expect(types).not.toContain('datadog_synthetics_test');
});

test('without a collector nothing asks for what only it sends', () => {
  const { json } = Synthesized.observability({ watched: { ...watched, database: { identifier: 'database' } } });
  expect(json).not.toMatch(/[:"]mysql\.(?:performance|net|can_connect)/);
});

test('a service without a balancer is watched, but no balancer of its', () => {
  const worker = {
    identity: { env: 'test', service: 'worker-service' },
    container: 'worker-container',
    minimumTasks: 1,
  };
  const { json } = Synthesized.observability({
    watched: { ...watched, services: { ...watched.services, worker } },
  });
  expect(json).toContain('ecs_container_name:worker-container');
  expect(json).not.toContain('worker-service: the load balancer');
});

test('no plan needs a reachable Datadog', () => {
  for (const monitor of stack.all('datadog_monitor')) expect(monitor.validate).toBe(false);
});

test('no API key is anywhere in the stack', () => {
  expect(stack.json).not.toMatch(/api_key|app_key/);
});

describe('bad input is refused before any resource, with field, rule and value', () => {
  const refusal = (overrides: Partial<ObservabilityProps>): string => {
    const scope = new TerraformStack(Testing.app(), 'observability');
    try {
      new Observability(scope, 'Observability', { ...props, ...overrides });
    } catch (error) {
      expect(scope.node.tryFindChild('Observability')).toBeUndefined();
      return (error as Error).message;
    }
    throw new Error('nothing was refused');
  };
  const thresholds = (overrides: Partial<ObservabilityThresholds>) => ({
    thresholds: { ...defaultThresholds, ...overrides },
  });

  test('a site that does not exist', () => {
    expect(refusal({ site: 'eu.datadog.com' })).toMatch(/^site must be one of .*, got "eu\.datadog\.com"$/);
  });

  test('a recipient that is none', () => {
    expect(refusal({ notify: { page: ['@pagerduty-a', 'ops@example.com'], ticket: ['@slack a'] } })).toBe(
      'notify.page[1] must start with @ and hold no blank, got "ops@example.com"\n' +
        'notify.ticket[0] must start with @ and hold no blank, got "@slack a"',
    );
  });

  test('nobody to wake', () => {
    expect(refusal({ notify: { page: [], ticket: ['@slack-a'] } })).toBe(
      'notify.page must name at least one recipient, got []',
    );
  });

  test('a warning beyond critical', () => {
    expect(refusal(thresholds({ apiP95Seconds: { warning: 2, critical: 1 } }))).toBe(
      'thresholds.apiP95Seconds.warning must be less than critical 1, got 2',
    );
  });

  test('a warning below critical where falling is bad', () => {
    expect(refusal(thresholds({ databaseFreeStorageGiB: { warning: 1, critical: 2 } }))).toBe(
      'thresholds.databaseFreeStorageGiB.warning must be greater than critical 2, got 1',
    );
  });

  test.each([0, 100, -1, 101, Number.NaN])('an objective of %d percent', (availabilityPercent) => {
    const objectives = { ...defaultThresholds.objectives, availabilityPercent };
    expect(refusal(thresholds({ objectives }))).toBe(
      `thresholds.objectives.availabilityPercent must be greater than 0 and less than 100, got ${availabilityPercent}`,
    );
  });

  test('a negative window', () => {
    expect(refusal(thresholds({ windows: { ...defaultThresholds.windows, trafficMinutes: -5 } }))).toBe(
      'thresholds.windows.trafficMinutes must be one of 1, 5, 10, 15, 30, 60, 120, 240, got -5',
    );
  });

  test('a query for a service that the identity does not know', () => {
    const row: MonitorRow = {
      id: 'Carts',
      title: 'carts fail',
      type: 'query alert',
      query: 'sum(last_5m):sum:trace.flask.request.errors{env:test,service:cart-service}.as_count() >',
      threshold: { critical: 1 },
      unit: 'errors',
      priority: 3,
      message: { means: 'x', checks: ['a', 'b', 'c'], runbook: 'api-error-rate' },
    };
    expect(refusal({ monitors: [row] })).toBe(
      'monitor Carts must name a service out of frontend-service, backend-service, mysql, cloudpe, got "cart-service"',
    );
  });

  test('a service of another environment', () => {
    const backend = { ...watched.services.backend, identity: { env: 'prod', service: 'backend-service' } };
    expect(refusal({ watched: { ...watched, services: { ...watched.services, backend } } })).toBe(
      'watched.services.backend.identity.env must be test, got "prod"',
    );
  });

  test('a public address with a path', () => {
    expect(refusal({ publicUrl: 'https://example.com/notes' })).toBe(
      'publicUrl must be an http or https address without a path, got "https://example.com/notes"',
    );
  });

  test('everything wrong is said at once', () => {
    expect(refusal({ site: 'a', publicUrl: 'b' }).split('\n')).toHaveLength(2);
  });
});
