import { Graphviz } from '@hpcc-js/wasm-graphviz';
import type { Edge, Group, Mark, Node, Picture } from './picture';
import { plain } from './plain';

// Light on white; the HTML report repaints by class for dark screens.
const PAINT: Readonly<Record<Mark, { readonly fill: string; readonly line: string; readonly word: string }>> = {
  create: { fill: '#e6f4ea', line: '#1a7f37', word: 'new' },
  update: { fill: '#fff4d6', line: '#8a5a00', word: 'changed' },
  release: { fill: '#e3edff', line: '#1f5fbf', word: 'released' },
  replace: { fill: '#ffe3e0', line: '#b3261e', word: 'replaced' },
  delete: { fill: '#ffe3e0', line: '#b3261e', word: 'destroyed' },
};

let engine: Promise<Graphviz> | undefined;

/** A picture as one SVG element, without script, link or outside resource. */
export async function svgOf(picture: Picture, title: string, background = 'transparent'): Promise<string> {
  engine ??= Graphviz.load();
  const svg = (await engine).dot(dotOf(picture, background), 'svg');
  return (
    svg
      .replace(/^[\s\S]*?(?=<svg)/, '')
      .replace(/<!--[\s\S]*?-->\n?/g, '')
      .replace(
        /<svg width="([^"]*)pt" height="([^"]*)pt"/,
        (_, width: string, height: string) =>
          `<svg role="img" aria-label="${attribute(title)}" width="${width}" height="${height}"`,
      )
      // Graphviz writes node names as titles, which browsers show as tooltips; ours are only numbers.
      .replace(/<title>[\s\S]*?<\/title>\n?/g, '')
      .trim()
  );
}

/** The same picture in Graphviz's language. */
export function dotOf(picture: Picture, background = 'transparent'): string {
  const numbers = new Map([...picture.groups, ...picture.nodes].map(({ id }, index) => [id, index]));
  const number = (id: string): number => numbers.get(id) ?? 0;
  const children = (parent: string | undefined): Group[] => picture.groups.filter((group) => group.parent === parent);
  const box = (node: Node): string => nodeText(node, number(node.id));
  const cluster = (group: Group): string =>
    [
      `subgraph cluster_${number(group.id)} {`,
      `label=${quote(`  ${group.label}${group.mark === undefined ? '' : ` (${PAINT[group.mark].word})`}  `)} class=${quote(`group ${group.mark ?? ''}`)} style=rounded color="${group.mark === undefined ? '#8c959f' : PAINT[group.mark].line}" fontsize=11`,
      ...picture.nodes.filter((node) => node.group === group.id).map(box),
      ...children(group.id).map(cluster),
      '}',
    ].join('\n');
  return [
    'digraph {',
    `graph [rankdir=TB bgcolor=${background} fontname="Helvetica,Arial,sans-serif" nodesep=0.3 ranksep=0.55 pad=0.2]`,
    'node [shape=box style="rounded,filled" fontname="Helvetica,Arial,sans-serif" fontsize=12 margin="0.2,0.08"]',
    'edge [fontname="Helvetica,Arial,sans-serif" fontsize=10]',
    ...children(undefined).map(cluster),
    ...picture.nodes.filter(({ group }) => group === undefined || !numbers.has(group)).map(box),
    ...picture.edges.map((edge) => edgeText(edge, number)),
    '}',
  ].join('\n');
}

function nodeText(node: Node, index: number): string {
  const word = node.mark === undefined ? '' : `\\n${escape(PAINT[node.mark].word)}`;
  const noun = node.noun === '' || node.noun === node.label ? '' : `${escape(node.noun)}\\n`;
  const paint = node.mark === undefined ? { fill: '#ffffff', line: '#57606a' } : PAINT[node.mark];
  return `n${index} [label="${noun}${escape(cut(node.label))}${word}" class="${node.mark ?? 'same'}" fillcolor="${paint.fill}" color="${paint.line}"${node.mark === 'delete' ? ' style="rounded,filled,dashed"' : ''}]`;
}

function edgeText(edge: Edge, number: (id: string) => number): string {
  const line = edge.mark === undefined ? '#57606a' : PAINT[edge.mark].line;
  const word = edge.mark === undefined ? '' : ` (${PAINT[edge.mark].word})`;
  const style = edge.mark === 'delete' ? ' style=dashed' : '';
  return `n${number(edge.from)} -> n${number(edge.to)} [label=${quote(` ${edge.label}${word}`)} class="${edge.mark ?? 'same'}" color="${line}" fontcolor="${line}"${style}]`;
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

// Graphviz reads \n, \G and entities inside quotes: none of them may come from a name.
function escape(text: string): string {
  return plain(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"');
}

function quote(text: string): string {
  return `"${escape(text)}"`;
}

function attribute(text: string): string {
  return plain(text).replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}
