import { describe, expect, test } from 'vitest';
import { Synthesized } from './support/fixture';
import { monitorBody, sloBody, syntheticsBody, vendorProblems, vendorProblemsV2 } from './support/vendor-model';

const stack = Synthesized.observability();

test('the dashboard is one that Datadog knows, to the last property', () => {
  expect(vendorProblems(stack.dashboard, 'Dashboard')).toEqual([]);
});

test.each(stack.all('datadog_monitor').map((monitor) => [String(monitor.name), monitor]))('%s', (_, monitor) => {
  expect(vendorProblems(monitorBody(monitor), 'Monitor')).toEqual([]);
});

test.each(stack.all('datadog_service_level_objective').map((slo) => [String(slo.name), slo]))('%s', (_, slo) => {
  expect(vendorProblems(sloBody(slo), 'ServiceLevelObjectiveRequest')).toEqual([]);
});

test.each(stack.all('datadog_synthetics_test').map((check) => [String(check.name), check]))('%s', (_, check) => {
  expect(vendorProblems(syntheticsBody(check), 'SyntheticsAPITest')).toEqual([]);
});

test('the RUM application is one that Datadog knows', () => {
  const [application] = stack.all('datadog_rum_application');
  const body = {
    data: {
      type: 'rum_application_create',
      attributes: {
        name: application?.name,
        type: application?.type,
        rum_event_processing_state: application?.rum_event_processing_state,
        product_analytics_retention_state: application?.product_analytics_retention_state,
      },
    },
  };
  expect(vendorProblemsV2(body, 'RUMApplicationCreateRequest')).toEqual([]);
});

test('the metrics over page views are ones that Datadog knows', () => {
  for (const { name, event_type, compute, filter, uniqueness } of stack.all('datadog_rum_metric')) {
    const body = { data: { id: name, type: 'rum_metrics', attributes: { event_type, compute, filter, uniqueness } } };
    expect(vendorProblemsV2(body, 'RumMetricCreateRequest')).toEqual([]);
  }
});

describe('a broken body is found', () => {
  const widget = (definition: object) => ({
    title: 'broken',
    layout_type: 'ordered',
    widgets: [{ definition: { type: 'note', content: 'first' } }, { definition }],
  });

  test('a widget of a type that does not exist', () => {
    expect(vendorProblems(widget({ type: 'querry_value', requests: [] }), 'Dashboard')).toHaveLength(1);
  });

  test('an aggregator that does not exist', () => {
    const queries = [{ data_source: 'metrics', name: 'query1', query: 'avg:a{*}', aggregator: 'mean' }];
    const requests = [{ response_format: 'scalar', formulas: [{ formula: 'query1' }], queries }];
    expect(vendorProblems(widget({ type: 'query_value', requests }), 'Dashboard')).not.toEqual([]);
  });

  test('a property that does not exist, which the client itself lets pass', () => {
    expect(vendorProblems(widget({ type: 'note', content: 'x', colour: 'red' }), 'Dashboard')).toEqual([
      'Dashboard.widgets[1].definition has the unknown property colour',
    ]);
  });

  test('a required property that is missing', () => {
    expect(vendorProblems(widget({ type: 'note' }), 'Dashboard')).toHaveLength(1);
  });

  test('a monitor option that does not exist', () => {
    const body = { type: 'query alert', query: 'q', options: { renotify_intervall: 5 } };
    expect(vendorProblems(body, 'Monitor')).toEqual(['Monitor.options has the unknown property renotify_intervall']);
  });
});
