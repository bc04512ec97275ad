import { plain } from './plain';
import type { Report } from './report';
import type { Item, Section, Tone } from './section';
import { sectionsOf } from './sections';
import { SCRIPT, STYLE } from './html-assets';

/** Text that is safe to place in HTML. Only `markup` makes one. */
class Html {
  constructor(readonly source: string) {}
}
type Part = string | number | Html | readonly Html[];

/** A template whose values are text; nothing that a plan says can become markup. */
function markup(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(
    strings.map((literal, index) => `${literal}${index < values.length ? partText(values[index] ?? '') : ''}`).join(''),
  );
}

function partText(part: Part): string {
  if (part instanceof Html) return part.source;
  if (typeof part === 'object') return part.map(({ source }) => source).join('');
  return escape(String(part));
}

function escape(text: string): string {
  return plain(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

const TONES: Readonly<Record<Tone, { readonly sign: string; readonly word: string }>> = {
  stop: { sign: '✗', word: 'Stop' },
  ask: { sign: '!', word: 'Decide' },
  note: { sign: '·', word: 'Note' },
  ok: { sign: '✓', word: 'Fine' },
};
const LEVELS: Readonly<Record<Report['verdict']['level'], Tone>> = { nothing: 'ok', safe: 'ok', person: 'ask' };

/**
 * The report as one file: no network, no outside font, script only for search and folding, and readable without it.
 *
 * @param svg what `svgOf` drew, the one part that is not built here
 */
export function renderHtml(report: Report, svg: string, title = 'Plan review'): string {
  const sections = sectionsOf(report);
  const stop = report.findings.some(({ severity, accepted }) => severity === 'stop' && accepted === undefined);
  const tone = stop ? 'stop' : LEVELS[report.verdict.level];
  const before = sections.filter(({ folded }) => !folded);
  const after = sections.filter(({ folded }) => folded);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<title>${title}: ${report.verdict.sentence.slice(0, 100)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#report">Skip to the report</a>
<header class="verdict ${tone}">
<p class="kind">${title}</p>
<h1><span class="sign" aria-hidden="true">${TONES[tone].sign}</span> ${report.verdict.sentence}</h1>
<p class="stacks">${report.stacks.map(({ name, state }) => markup`<span class="stack">${name}${state === 'planned' ? '' : `: ${state}`}</span> `)}</p>
${report.stacks.filter(({ note }) => note !== undefined).map(({ name, note }) => markup`<p class="stacks">${name}: ${note ?? ''}</p>`)}
</header>
<nav aria-label="Find and fold">
<label for="search">Search</label>
<input id="search" type="search" placeholder="address, attribute, value" autocomplete="off" spellcheck="false">
<button id="unfold" type="button">Unfold all</button>
<button id="fold" type="button">Fold all</button>
<output id="found" aria-live="polite"></output>
<p class="keys"><kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> next, previous <kbd>Enter</kbd> fold <kbd>e</kbd> <kbd>c</kbd> all open, all closed</p>
</nav>
<main id="report">
${before.filter(({ title: name }) => name !== 'Monthly cost').map(sectionHtml)}
${pictureHtml(report, svg)}
${before.filter(({ title: name }) => name === 'Monthly cost').map(sectionHtml)}
${after.map(sectionHtml)}
</main>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.source;
}

function pictureHtml(report: Report, svg: string): Html {
  const { nodes, leftOut } = report.picture;
  if (nodes.length === 0) return new Html('');
  const legend = [
    ['create', 'new'],
    ['update', 'changed'],
    ['release', 'released'],
    ['replace', 'replaced or destroyed'],
  ] as const;
  return markup`<section>
<details open><summary><h2>What changes</h2></summary>
<ul class="legend">${legend.map(([name, word]) => markup`<li><span class="swatch ${name}"></span>${word}</li>`)}</ul>
<div class="picture" tabindex="0" role="group" aria-label="Picture of what changes, scrolls sideways">${new Html(svg)}</div>
<p class="small">Arrows are the connections that security groups let in.${leftOut > 0 ? ` ${leftOut} boxes found no room.` : ''}</p>
</details></section>`;
}

function sectionHtml({ title, folded, items }: Section): Html {
  return markup`<section>
<details${new Html(folded ? '' : ' open')}><summary><h2>${title} <span class="count">${items.length}</span></h2></summary>
<ul class="items">${items.map(itemHtml)}</ul>
</details></section>`;
}

function itemHtml({ mark, head, address, lines }: Item): Html {
  const tone = TONES[mark];
  const place = address === undefined ? '' : markup` <code>${address}</code>`;
  const rows = lines.map(({ label, text }) => markup`<div><dt>${label}</dt><dd>${text}</dd></div>`);
  return markup`<li class="item ${mark}">
<p class="head"><span class="sign" aria-hidden="true">${tone.sign}</span><span class="word">${tone.word}: </span>${head}${place}</p>
${rows.length === 0 ? '' : markup`<dl>${rows}</dl>`}
</li>`;
}
