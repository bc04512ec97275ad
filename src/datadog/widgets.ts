/** The few widgets that our dashboard is made of, as Datadog's API spells them. */
export type Definition = Readonly<Record<string, unknown>> & { readonly type: string; readonly title?: string };

/** A widget and the room that it wants; a dashboard is twelve columns wide. */
export interface Tile {
  readonly definition: Definition;
  readonly width: number;
  readonly height: number;
}

export interface Placed {
  readonly definition: Definition;
  readonly layout: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export const columns = 12;

export interface Series {
  readonly query: string;

  /** @default - the metric's own name */
  readonly alias?: string;

  /** @default 'avg' */
  readonly aggregator?: 'avg' | 'sum' | 'last' | 'max' | 'min';
}

/** What browsers sent: a search, and what is computed over the events that it finds. */
export interface Events {
  readonly search: string;
  readonly compute: {
    readonly aggregation: 'count' | 'cardinality' | 'pc75' | 'pc95';
    /** The measure that is aggregated; a count has none. */
    readonly metric?: string;
  };

  /** @default - one number over all events */
  readonly by?: { readonly facet: string; readonly limit: number };

  /** Turns the measure into the unit that the title names; Datadog keeps durations in nanoseconds. */
  readonly formula?: string;
  readonly alias?: string;
}

export function sized(tile: Tile, width: number, height: number): Tile {
  return { ...tile, width, height };
}

export function note(content: string): Tile {
  return {
    definition: {
      type: 'note',
      content,
      background_color: 'gray',
      font_size: '14',
      has_padding: true,
      show_tick: false,
      text_align: 'left',
      vertical_align: 'top',
    },
    width: columns,
    height: 1,
  };
}

export function timeseries(title: string, series: readonly Series[], displayType: 'line' | 'bars' = 'line'): Tile {
  return {
    definition: {
      type: 'timeseries',
      title,
      show_legend: true,
      legend_layout: 'auto',
      requests: [
        {
          display_type: displayType,
          response_format: 'timeseries',
          formulas: series.map(({ alias }, index) => ({ formula: name(index), ...(alias !== undefined && { alias }) })),
          queries: series.map(({ query }, index) => ({ data_source: 'metrics', name: name(index), query })),
        },
      ],
    },
    width: 4,
    height: 3,
  };
}

export function queryValue(title: string, { query, aggregator = 'avg' }: Series, liveSpan?: '1m' | '1h'): Tile {
  return {
    definition: {
      type: 'query_value',
      title,
      precision: aggregator === 'sum' ? 0 : 2,
      autoscale: true,
      timeseries_background: { type: 'area' },
      ...(liveSpan !== undefined && { time: { live_span: liveSpan } }),
      requests: [
        {
          response_format: 'scalar',
          formulas: [{ formula: 'query1' }],
          queries: [{ data_source: 'metrics', name: 'query1', query, aggregator }],
        },
      ],
    },
    width: 3,
    height: 2,
  };
}

/** How many series `query` has at present. */
export function count(title: string, query: string): Tile {
  return {
    definition: {
      type: 'query_value',
      title,
      precision: 0,
      autoscale: true,
      timeseries_background: { type: 'area' },
      time: { live_span: '1m' },
      requests: [
        {
          response_format: 'scalar',
          formulas: [{ formula: 'count_not_null(query1)' }],
          queries: [{ data_source: 'metrics', name: 'query1', query, aggregator: 'avg' }],
        },
      ],
    },
    width: 3,
    height: 2,
  };
}

export function toplist(title: string, source: Series | Events, limit: number): Tile {
  const query =
    'search' in source
      ? eventQuery(source)
      : { data_source: 'metrics', name: 'query1', query: source.query, aggregator: source.aggregator ?? 'avg' };
  return {
    definition: {
      type: 'toplist',
      title,
      requests: [
        {
          response_format: 'scalar',
          formulas: [
            { formula: 'search' in source ? formula(source) : 'query1', limit: { count: limit, order: 'desc' } },
          ],
          queries: [query],
        },
      ],
    },
    width: 4,
    height: 3,
  };
}

export function browserSeries(title: string, events: readonly Events[], displayType: 'line' | 'bars' = 'line'): Tile {
  return {
    definition: {
      type: 'timeseries',
      title,
      show_legend: true,
      legend_layout: 'auto',
      requests: events.map((source) => ({
        display_type: displayType,
        response_format: 'timeseries',
        formulas: [{ formula: formula(source), ...(source.alias !== undefined && { alias: source.alias }) }],
        queries: [eventQuery(source)],
      })),
    },
    width: 4,
    height: 3,
  };
}

/** A world map; `by` must be a facet of ISO country codes. */
export function geomap(title: string, source: Events): Tile {
  return {
    definition: {
      type: 'geomap',
      title,
      time: { live_span: '15m' },
      style: { palette: 'hostmap_blues', palette_flip: false },
      view: { focus: 'WORLD' },
      requests: [
        { response_format: 'scalar', formulas: [{ formula: formula(source) }], queries: [eventQuery(source)] },
      ],
    },
    width: 4,
    height: 3,
  };
}

/** Every SLO that carries the tag, worst first; by tag, so that the dashboard waits for no SLO's id. */
export function sloList(title: string, tag: string): Tile {
  return {
    definition: {
      type: 'slo_list',
      title,
      requests: [
        {
          request_type: 'slo_list',
          query: { query_string: tag, limit: 20, sort: [{ column: 'status.sli', order: 'asc' }] },
        },
      ],
    },
    width: 12,
    height: 3,
  };
}

/** Every monitor that carries the tag, alerting ones first. */
export function monitorList(title: string, tag: string): Tile {
  return {
    definition: {
      type: 'manage_status',
      title,
      query: `tag:"${tag}"`,
      sort: 'status,asc',
      display_format: 'countsAndList',
      color_preference: 'text',
      hide_zero_counts: true,
      show_last_triggered: true,
      show_priority: true,
      summary_type: 'monitors',
    },
    width: 12,
    height: 3,
  };
}

/** Tiles side by side, left to right, under one heading; the group is as high as its rows need. */
export function group(title: string, color: string, tiles: readonly Tile[]): Tile {
  const widgets = flow(tiles);
  const bottom = Math.max(...widgets.map(({ layout }) => layout.y + layout.height));
  return {
    definition: { type: 'group', title, layout_type: 'ordered', background_color: color, show_title: true, widgets },
    width: columns,
    height: bottom + 1,
  };
}

/** Places tiles in rows: a tile that does not fit starts the next row, below the highest of the last one. */
export function flow(tiles: readonly Tile[]): Placed[] {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return tiles.map(({ definition, width, height }) => {
    if (x + width > columns) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const layout = { x, y, width, height };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return { definition, layout };
  });
}

function name(index: number): string {
  return `query${index + 1}`;
}

function formula({ formula: expression = 'query1' }: Events): string {
  return expression;
}

function eventQuery({ search, compute, by }: Events): object {
  return {
    data_source: 'rum',
    name: 'query1',
    indexes: ['*'],
    search: { query: search },
    compute,
    group_by:
      by === undefined ? [] : [{ facet: by.facet, limit: by.limit, sort: { order: 'desc', ...sortOf(compute) } }],
  };
}

function sortOf({ aggregation, metric }: Events['compute']): object {
  return { aggregation, ...(metric !== undefined && { metric }) };
}
