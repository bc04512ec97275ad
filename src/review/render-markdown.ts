import { plain } from './plain';
import type { Report } from './report';
import type { Item, Section, Tone } from './section';
import { sectionsOf } from './sections';

/** What a pull-request comment holds on GitHub, in characters. */
export const COMMENT_LIMIT = 65_536;

const SIGNS: Readonly<Record<Tone, string>> = { stop: '🛑', ask: '⚠️', note: '▪️', ok: '✅' };
const LEVEL_SIGNS: Readonly<Record<Report['verdict']['level'], string>> = { nothing: '✅', safe: '✅', person: '⚠️' };

/** Never longer than `limit`; what had no room is named at the end. */
export function renderMarkdown(report: Report, limit = COMMENT_LIMIT): string {
  const stop = report.findings.some(({ severity, accepted }) => severity === 'stop' && accepted === undefined);
  const head = `## ${stop ? '🛑' : LEVEL_SIGNS[report.verdict.level]} ${cutText(report.verdict.sentence, 2_000)}\n`;
  const stacks = report.stacks
    .filter(({ note }) => note !== undefined)
    .map(({ name, note }) => `- ${markdown(name)}: ${markdown(cut(note ?? ''))}\n`);
  const sections = sectionsOf(report);
  const notes = cutLines(stacks, 4_000);
  const parts: string[] = [head, ...(notes === '' ? [] : ['\n', notes])];
  const left: string[] = [];
  // Room for the closing line, which names at most every section once.
  let room = limit - head.length - notes.length - 700;
  for (const section of sections) {
    const { text, shown } = fit(section, room);
    room -= text.length;
    if (text !== '') parts.push(text);
    if (shown < section.items.length)
      left.push(`${section.items.length - shown} of ${section.items.length} in “${section.title}”`);
  }
  if (left.length > 0)
    parts.push(`\n> **Left out, for this comment's limit:** ${left.join(', ')}. The HTML report has all of it.\n`);
  return parts.join('');
}

function fit(section: Section, room: number): { text: string; shown: number } {
  const title = `${section.title} (${section.items.length})`;
  const open = section.folded ? `\n<details><summary><b>${title}</b></summary>\n\n` : `\n### ${title}\n\n`;
  const close = section.folded ? '\n</details>\n' : '';
  let left = room - open.length - close.length;
  const lines: string[] = [];
  for (const item of section.items) {
    const text = itemText(item);
    if (text.length > left) break;
    lines.push(text);
    left -= text.length;
  }
  return lines.length === 0
    ? { text: '', shown: 0 }
    : { text: `${open}${lines.join('')}${close}`, shown: lines.length };
}

function itemText({ mark, head, address, lines }: Item): string {
  const at = address === undefined ? '' : ` — ${code(address)}`;
  return `- ${SIGNS[mark]} **${markdown(head)}**${at}\n${lines.map(({ label, text }) => `  - ${markdown(label)}: ${markdown(cut(text))}\n`).join('')}`;
}

function cutLines(lines: readonly string[], limit: number): string {
  const whole = lines.join('');
  return whole.length <= limit ? whole : '- more stacks than have room here\n';
}

function cutText(text: string, limit: number): string {
  return markdown(text.length > limit ? `${text.slice(0, limit)}…` : text);
}

function cut(text: string): string {
  return text.length > 1_000 ? `${text.slice(0, 1_000)}…` : text;
}

/** Text that stays text: no markup, no HTML, no mention of a person, no link, no issue number. */
export function markdown(text: string): string {
  return (
    plain(text)
      .replace(/[\\`*_{}[\]()#+!|<>~$&^=]/g, (character) =>
        character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : `\\${character}`,
      )
      // A list or a rule needs its sign at the start of a line.
      .replace(/^(\s*)([-.\d])/, '$1\\$2')
      // GitHub's own: @mentions, links by bare address, commit and issue references.
      .replace(/@/g, '@\u2060')
      .replace(/:\/\//g, ':\u2060//')
      .replace(/www\./gi, (word) => `${word.slice(0, 3)}\u2060.`)
      .replace(/\\#/g, '\\#\u2060')
      .replace(/^\\(\d)/, '$1')
  );
}

/** Inline code, fenced with more ticks than it holds. */
function code(text: string): string {
  const inner = plain(text);
  const longest = Math.max(0, ...[...inner.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const space = inner.startsWith('`') || inner.endsWith('`') ? ' ' : '';
  return `${fence}${space}${inner}${space}${fence}`;
}
