import pc from 'picocolors';
import wrapAnsi from 'wrap-ansi';
import { plain } from './plain';
import { plural } from './plural';
import type { Report } from './report';
import type { Item, Section, Tone } from './section';
import { sectionsOf } from './sections';

export interface TerminalOptions {
  /** @default 100 */
  readonly columns?: number;
  /** @default false */
  readonly color?: boolean;
  /** Show folded sections in full. @default false */
  readonly all?: boolean;
}

const SIGNS: Readonly<Record<Tone, string>> = { stop: '✗', ask: '!', note: '·', ok: '✓' };

export function renderTerminal(
  report: Report,
  { columns = 100, color = false, all = false }: TerminalOptions = {},
): string {
  const colors = pc.createColors(color);
  const width = Math.max(40, Math.min(columns, 160));
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    stop: colors.red,
    ask: colors.yellow,
    note: colors.cyan,
    ok: colors.green,
  };
  const wrap = (text: string, indent: number): string =>
    wrapAnsi(text, width - indent, { hard: true, trim: true })
      .split('\n')
      .join(`\n${' '.repeat(indent)}`);
  const item = ({ mark, head, address, lines }: Item): string[] => [
    `  ${tones[mark](SIGNS[mark])} ${wrap(`${colors.bold(plain(head))}${address === undefined ? '' : `  ${colors.dim(plain(address))}`}`, 4)}`,
    ...lines.map(({ label, text }) => `      ${wrap(`${colors.dim(`${plain(label)}:`)} ${plain(text)}`, 8)}`),
  ];
  const section = (one: Section): string[] => {
    const title = `${one.title} (${one.items.length})`;
    if (all || (one.brief !== true && (!one.folded || one.items.length <= 3)))
      return ['', colors.bold(colors.underline(title)), ...one.items.flatMap(item)];
    if (one.brief === true)
      return ['', `${colors.bold(one.title)}: ${wrap(one.items.map(({ head }) => plain(head)).join('; '), 2)}`];
    const heads = one.items
      .slice(0, 3)
      .map(({ head, address }) => plain(address ?? head))
      .join(', ');
    return [
      '',
      `${colors.bold(title)} ${wrap(colors.dim(`${heads} and ${one.items.length - 3} more: --all shows them`), 2)}`,
    ];
  };
  const { level, sentence } = report.verdict;
  const tone = level === 'person' ? colors.red : colors.green;
  const notes = report.stacks.filter(({ state, note }) => state === 'planned' && note !== undefined);
  const stacks = [
    ...(report.stacks.length > 1
      ? [
          colors.dim(
            wrap(
              `${plural(report.stacks.length, 'stack')}: ${report.stacks.map(({ name }) => plain(name)).join(', ')}`,
              0,
            ),
          ),
        ]
      : []),
    ...notes.map(({ name, note }) => colors.dim(wrap(`${plain(name)}: ${plain(note ?? '')}`, 0))),
  ];
  return [tone(colors.bold(wrap(plain(sentence), 0))), ...stacks, ...sectionsOf(report).flatMap(section), ''].join(
    '\n',
  );
}
