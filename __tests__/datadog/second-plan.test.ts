import { describe, expect, test } from 'vitest';
import { widgets } from './support/asked';
import { Synthesized, type Attributes } from './support/fixture';

// What Datadog adds, drops or reorders shows as a change in every later plan:
// DataDog/terraform-provider-datadog issues 1848, 2956, 2595.
const stack = Synthesized.observability();

describe('the dashboard plans empty the second time', () => {
  test('what Datadog stores is what the provider compares it with', () => {
    expect(compared(stored(stack.dashboard))).toEqual(compared(stack.dashboard));
  });

  test('it names nothing that Datadog makes or drops', () => {
    const made = [
      'id',
      'url',
      'author_handle',
      'created_at',
      'modified_at',
      'is_read_only',
      'tags',
      'pause_auto_refresh',
    ];
    expect(Object.keys(stack.dashboard).filter((key) => made.includes(key))).toEqual([]);
    for (const widget of stack.dashboard.widgets as object[]) {
      expect(Object.keys(widget).sort()).toEqual(['definition', 'layout']);
    }
  });

  test('it holds no null', () => {
    expect(JSON.stringify(stack.dashboard)).not.toMatch(/:null|\[null/);
  });

  test('template variables have defaults, never the older default beside them', () => {
    for (const variable of stack.dashboard.template_variables as object[]) {
      expect(Object.keys(variable).sort()).toEqual(['defaults', 'name', 'prefix']);
    }
  });

  test('its keys are sorted, so that code that moves plans no change', () => {
    const [page] = stack.all('datadog_dashboard_json');
    const sorted = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(sorted)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([key, item]) => [key, sorted(item)]),
            )
          : value;
    expect(page?.dashboard).toBe(JSON.stringify(sorted(stack.dashboard)));
  });

  test('it waits for no id: a reviewer reads all of it in the first plan', () => {
    expect(JSON.stringify(stack.dashboard)).not.toContain('${datadog_');
  });

  test('a widget has its place, and no two share one', () => {
    const boxes = (list: unknown) =>
      (list as { layout: { x: number; y: number; width: number; height: number } }[]).map(({ layout }) => layout);
    const groups = stack.dashboard.widgets as { definition: { widgets: unknown } }[];
    for (const list of [stack.dashboard.widgets, ...groups.map(({ definition }) => definition.widgets)]) {
      const taken = new Set<string>();
      for (const { x, y, width, height } of boxes(list)) {
        expect(x + width).toBeLessThanOrEqual(12);
        for (let column = x; column < x + width; column++) {
          for (let row = y; row < y + height; row++) {
            expect(taken).not.toContain(`${column},${row}`);
            taken.add(`${column},${row}`);
          }
        }
      }
    }
  });
});

const tagged = ['datadog_monitor', 'datadog_service_level_objective', 'datadog_synthetics_test'];

test.each(tagged)('%s: tags are sorted, unique and spelled as Datadog returns them', (type) => {
  for (const { tags } of stack.all(type)) {
    const list = tags as string[];
    expect(list).toEqual([...new Set(list)].sort());
    for (const tag of list) expect(tag).toMatch(/^[a-z][a-z0-9_\-:./]*$/);
  }
});

test('locations of synthetic tests are sorted', () => {
  for (const { locations } of stack.all('datadog_synthetics_test')) {
    expect(locations).toEqual([...(locations as string[])].sort());
  }
});

test('messages and queries have no blanks at their ends, which the provider would cut', () => {
  for (const { message, query } of stack.all('datadog_monitor')) {
    expect(message).toBe(String(message).trim());
    expect(query).toBe(String(query).trim());
  }
});

test('a monitor has either a state for missing data or the older pair, never both', () => {
  for (const { type, name, ...monitor } of stack.all('datadog_monitor')) {
    const older = 'notify_no_data' in monitor || 'no_data_timeframe' in monitor;
    expect([name, older && 'on_missing_data' in monitor]).toEqual([name, false]);
    if (type === 'service check') expect([name, older]).toEqual([name, true]);
  }
});

test('both states of the RUM application are said, which the provider cannot compute', () => {
  expect(stack.all('datadog_rum_application')).toEqual([
    expect.objectContaining({ rum_event_processing_state: 'ALL', product_analytics_retention_state: 'NONE' }),
  ]);
});

test('what can be held by another resource can be deleted', () => {
  for (const resource of [...stack.all('datadog_monitor'), ...stack.all('datadog_service_level_objective')]) {
    expect(resource.force_delete).toBe(true);
  }
});

test('every group of the dashboard starts with a note that says what is bad and links a runbook', () => {
  for (const group of widgets(stack.dashboard.widgets).filter(({ type }) => type === 'group')) {
    const [first] = widgets(group.widgets);
    expect([group.title, first?.type]).toEqual([group.title, 'note']);
    expect(first?.content).toMatch(/\*\*Bad:\*\*.*\[Runbook\]\(docs\/runbooks\/[a-z-]+\.md\)/);
  }
});

interface Widget {
  readonly id?: number;
  readonly definition: Attributes & { readonly widgets?: readonly Widget[] };
}

/** The answer to a dashboard that was created, as in the 200 such answers that the provider's own tests have recorded. */
function stored(dashboard: Attributes): Attributes {
  let next = 1;
  const withIds = (list: readonly Widget[]): Widget[] =>
    list.map((widget) => ({
      ...widget,
      id: next++,
      definition: {
        ...widget.definition,
        ...(widget.definition.widgets && { widgets: withIds(widget.definition.widgets) }),
      },
    }));
  return {
    description: null,
    notify_list: [],
    is_read_only: false,
    ...dashboard,
    id: 'abc-def-ghi',
    url: '/dashboard/abc-def-ghi/title',
    author_handle: 'somebody',
    author_name: 'somebody',
    created_at: '2026-01-12T14:28:19.677756+00:00',
    modified_at: '2026-01-12T14:28:19.677756+00:00',
    widgets: withIds(dashboard.widgets as readonly Widget[]),
  };
}

/** What the provider takes out of both sides before it compares them (resource_datadog_dashboard_json.go, prepResource). */
function compared(dashboard: Attributes): Attributes {
  const made = ['id', 'author_handle', 'author_name', 'created_at', 'modified_at', 'url'];
  const withoutIds = (list: readonly Widget[]): unknown[] =>
    list.map((widget) => ({
      ...Object.fromEntries(Object.entries(widget).filter(([key]) => key !== 'id')),
      definition: {
        ...widget.definition,
        ...(widget.definition.widgets && { widgets: withoutIds(widget.definition.widgets) }),
      },
    }));
  return {
    is_read_only: false,
    ...Object.fromEntries(Object.entries(dashboard).filter(([key]) => !made.includes(key))),
    widgets: withoutIds(dashboard.widgets as readonly Widget[]),
  };
}
