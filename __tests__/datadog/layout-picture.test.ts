import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { layoutPicture } from '../../src/datadog/layout-picture';
import { productionDashboard } from '../../src/stacks/dashboard-picture';
import { widgets } from './support/asked';

const body = productionDashboard();

test('the picture in docs/ is the dashboard of today: `npm run dashboard` redraws it', () => {
  expect(readFileSync(new URL('../../docs/dashboard.svg', import.meta.url), 'utf8')).toBe(layoutPicture(body));
});

describe('the picture', () => {
  const picture = layoutPicture(body);

  test('names every widget', () => {
    const titles = widgets(body.widgets).flatMap(({ title }) => (typeof title === 'string' ? [title] : []));
    expect(titles.filter((title) => !picture.includes(`>${title}<`))).toEqual([]);
  });

  test('refuses a widget that it cannot draw', () => {
    const [first] = body.widgets;
    const unknown = { definition: { type: 'heatmap', title: 'new' }, layout: { x: 0, y: 0, width: 4, height: 3 } };
    const group = {
      definition: { type: 'group', title: 'g', widgets: [unknown] },
      layout: first?.layout ?? unknown.layout,
    };
    expect(() => layoutPicture({ ...body, widgets: [group] })).toThrow('a picture must know every widget, got heatmap');
  });
});
