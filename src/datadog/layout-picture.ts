import type { DashboardBody } from './dashboard';
import type { Definition, Placed } from './widgets';
import { columns } from './widgets';

const column = 84;
const row = 46;
const gap = 8;
const margin = 16;
const heading = 64;
const font = 'font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif"';

/** Datadog's names of group colours, as a reader of the picture sees them. */
const colors: Readonly<Record<string, string>> = {
  vivid_blue: '#3b6fd4',
  vivid_purple: '#7a4fc2',
  vivid_green: '#2c8a5a',
  vivid_orange: '#c4661f',
  vivid_yellow: '#a67c00',
  vivid_pink: '#b8407a',
  gray: '#5b6470',
};

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The dashboard's layout as an SVG picture, drawn from the data that Datadog gets.
 *
 * Curves and bars only tell a widget's kind; they stand for no figures.
 */
export function layoutPicture(body: DashboardBody): string {
  const rows = Math.max(...body.widgets.map(({ layout }) => layout.y + layout.height));
  const width = columns * column + 2 * margin;
  const height = rows * row + heading + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" ${font}>`,
    `<title id="title">${escaped(`Layout of the dashboard ${body.title}`)}</title>`,
    `<rect width="${width}" height="${height}" rx="10" fill="#f2f4f7"/>`,
    text({ x: margin + 4, y: 28 }, body.title, 18, '#1f2733', 'bold'),
    text({ x: margin + 4, y: 49 }, variables(body), 12, '#5b6470'),
    ...body.widgets.map((group) => drawGroup(group)),
    '</svg>',
    '',
  ].join('\n');
}

function drawGroup({ definition, layout }: Placed): string {
  const box = boxOf(layout, margin, heading);
  const color = colors[String(definition.background_color)] ?? '#5b6470';
  const widgets = definition.widgets as readonly Placed[];
  return [
    rect(box, '#ffffff', '#d5dae1'),
    `<path d="M${box.x} ${box.y + 30}v-24a6 6 0 0 1 6-6h${box.width - 12}a6 6 0 0 1 6 6v24z" fill="${color}"/>`,
    text({ x: box.x + 12, y: box.y + 20 }, String(definition.title), 14, '#ffffff', 'bold'),
    ...widgets.map((widget) => drawWidget(widget.definition, inner(box, widget.layout), color)),
  ].join('\n');
}

function drawWidget(definition: Definition, box: Box, color: string): string {
  if (definition.type === 'note') {
    const plain = String(definition.content)
      .replace(/\*\*|`/g, '')
      .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1 ↗');
    return rect(box, '#fdf6e3', '#eadfbf') + text({ x: box.x + 8, y: box.y + 23 }, plain, 11, '#5a4a1c');
  }
  return [
    rect(box, '#fbfcfd', '#e1e5ea'),
    text({ x: box.x + 8, y: box.y + 16 }, String(definition.title), 11, '#1f2733', 'bold'),
    drawing(definition, { x: box.x + 8, y: box.y + 24, width: box.width - 16, height: box.height - 32 }, color),
  ].join('\n');
}

/** A sign for each kind of widget. */
function drawing(definition: Definition, box: Box, color: string): string {
  switch (definition.type) {
    case 'timeseries':
      return displayType(definition) === 'bars' ? bars(box, color) : line(box, color);
    case 'query_value':
      return (
        area(box, color) + text({ x: box.x + box.width / 2 - 12, y: box.y + box.height * 0.62 }, '#', 30, color, 'bold')
      );
    case 'toplist':
    case 'slo_list':
    case 'manage_status':
      return list(box, color);
    case 'geomap':
      return map(box, color);
    default:
      throw new Error(`a picture must know every widget, got ${definition.type}`);
  }
}

function line({ x, y, width, height }: Box, color: string): string {
  return `<path d="${curve(x, y, width, height)}" fill="none" stroke="${color}" stroke-width="2"/>`;
}

function area({ x, y, width, height }: Box, color: string): string {
  return `<path d="${curve(x, y, width, height)}V${y + height}H${x}z" fill="${color}" fill-opacity="0.12"/>`;
}

function bars({ x, y, width, height }: Box, color: string): string {
  const count = Math.floor(width / 14);
  return Array.from({ length: count }, (_, index) => {
    const high = Math.round(height * (0.25 + 0.55 * wave(index / count)));
    return `<rect x="${x + index * 14}" y="${y + height - high}" width="9" height="${high}" fill="${color}" fill-opacity="0.7"/>`;
  }).join('');
}

function list({ x, y, width, height }: Box, color: string): string {
  const count = Math.max(1, Math.floor(height / 18));
  return Array.from({ length: count }, (_, index) => {
    const long = Math.round(width * (0.9 - (0.6 * index) / count));
    return `<rect x="${x}" y="${y + index * 18}" width="${long}" height="12" rx="2" fill="${color}" fill-opacity="0.35"/>`;
  }).join('');
}

function map({ x, y, width, height }: Box, color: string): string {
  const lands = [
    [0.2, 0.35, 0.13, 0.2],
    [0.29, 0.72, 0.07, 0.2],
    [0.52, 0.3, 0.08, 0.14],
    [0.54, 0.63, 0.08, 0.22],
    [0.72, 0.36, 0.17, 0.22],
    [0.84, 0.76, 0.07, 0.1],
  ] as const;
  return lands
    .map(
      ([cx, cy, rx, ry]) =>
        `<ellipse cx="${Math.round(x + cx * width)}" cy="${Math.round(y + cy * height)}" rx="${Math.round(rx * width)}" ` +
        `ry="${Math.round(ry * height)}" fill="${color}" fill-opacity="0.3"/>`,
    )
    .join('');
}

function curve(x: number, y: number, width: number, height: number): string {
  const points = Array.from({ length: 25 }, (_, index) => {
    const share = index / 24;
    return `${Math.round(x + share * width)} ${Math.round(y + height * (0.8 - 0.6 * wave(share)))}`;
  });
  return `M${points.join('L')}`;
}

/** Between 0 and 1, the same at every drawing. */
function wave(share: number): number {
  return 0.5 + 0.3 * Math.sin(share * 9) + 0.2 * Math.sin(share * 23 + 1);
}

function displayType({ requests }: Definition): unknown {
  return (requests as readonly { readonly display_type?: string }[])[0]?.display_type;
}

function variables({ template_variables: list }: DashboardBody): string {
  return list
    .map((variable) => variable as { name: string; defaults: readonly string[] })
    .map(({ name, defaults }) => `$${name} = ${defaults.join(', ')}`)
    .join('    ');
}

function boxOf({ x, y, width, height }: Box, left: number, top: number): Box {
  return { x: left + x * column, y: top + y * row, width: width * column, height: height * row - gap };
}

/** A widget's place inside its group: below the heading, and a little narrower than the grid. */
function inner(group: Box, layout: Box): Box {
  const scale = (group.width - 2 * gap) / group.width;
  const { x, y, width, height } = boxOf(layout, 0, 0);
  return {
    x: Math.round(group.x + gap + x * scale),
    y: group.y + 36 + y,
    width: Math.round(width * scale) - gap,
    height,
  };
}

function rect({ x, y, width, height }: Box, fill: string, stroke: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${stroke}"/>`;
}

function text(
  { x, y }: { x: number; y: number },
  content: string,
  size: number,
  fill: string,
  weight = 'normal',
): string {
  return `<text x="${Math.round(x)}" y="${Math.round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
