import { costSection } from './cost-section';
import type { Finding } from './judge';
import { plural } from './plural';
import type { Report } from './report';
import { some, type Item, type Line, type Section, type Tone } from './section';
import type { DifferenceView, Effect, LossView, ReleaseView, ResourceView } from './views';

// Told where they belong: with the loss, the tier, the exposure.
const TOLD_ELSEWHERE: readonly Finding['fact'][] = [
  'data-lost',
  'destroyed',
  'replaced',
  'connections-drop',
  'address-changes',
  'tasks-roll',
  'felt',
  'opened',
  'public-address',
  'iam-widened',
  'encryption-off',
  'protection-off',
  'secret-in-plain-text',
  'policy',
  'not-planned',
];

export function sectionsOf(report: Report): Section[] {
  const decide = report.findings.filter(
    ({ severity, accepted, fact }) => severity !== 'note' && accepted === undefined && !TOLD_ELSEWHERE.includes(fact),
  );
  const unplanned = report.stacks.filter(({ state }) => state === 'not planned');
  return [
    open('To decide', decide.map(findingItem)),
    open(
      'Not in this report',
      unplanned.map(({ name, note }) => ({
        mark: 'ask',
        head: name,
        lines: note === undefined ? [] : [{ label: 'why', text: note }],
      })),
    ),
    open('Destroyed and replaced', report.losses.map(lossItem)),
    open('Released', report.releases.map(releaseItem)),
    open(
      'Who will feel it',
      report.impact.map(({ tier, effects }) => ({ mark: worst(effects), head: tier, lines: effectLines(effects) })),
    ),
    open(
      'Exposure',
      report.exposure.map((effect) => ({
        mark: effect.accepted === undefined ? effect.severity : 'ok',
        head: effect.text,
        address: effect.address,
        lines: advice(effect),
      })),
    ),
    open(
      'Accepted',
      report.findings
        .filter(({ accepted }) => accepted !== undefined)
        .map((finding) => ({
          mark: 'ok',
          head: finding.message,
          address: finding.address,
          lines: [{ label: 'reason', text: finding.accepted ?? '' }],
        })),
    ),
    costSection(report.cost),
    folded('Created', grouped(report.created)),
    folded('Updated', report.updates.map(resourceItem)),
    folded(
      'Only tags',
      report.tagsOnly.length === 0
        ? []
        : [
            {
              mark: 'ok',
              head: plural(report.tagsOnly.length, 'resource'),
              lines: [{ label: 'at', text: report.tagsOnly.join(', ') }],
            },
          ],
    ),
    folded(
      'Moved',
      report.moves.map(({ from, to }) => ({ mark: 'ok', head: `${from} → ${to}`, lines: [] })),
    ),
    folded(
      'Imported',
      report.imports.map(({ address, id }) => ({ mark: 'ok', head: `id ${id}`, address, lines: [] })),
    ),
    folded(
      'Let go of',
      report.forgotten.map((address) => ({ mark: 'ask', head: 'stays, and nobody manages it', address, lines: [] })),
    ),
    folded('Changed outside Terraform', report.drift.map(resourceItem)),
    folded(
      'Outputs',
      report.outputs.map(({ name, text }) => ({ mark: 'ok', head: `${name}: ${text}`, lines: [] })),
    ),
  ].filter(({ items }) => items.length > 0);
}

function worst(effects: readonly Effect[]): Tone {
  const open = effects.filter(({ accepted }) => accepted === undefined).map(({ severity }) => severity);
  return open.includes('stop') ? 'stop' : open.includes('ask') ? 'ask' : 'note';
}

/** One line an effect; the same effect at many addresses is one line, and the same advice is given once. */
function effectLines(effects: readonly Effect[]): Line[] {
  const texts = new Map<string, string[]>();
  for (const { text, address } of effects) texts.set(text, [...(texts.get(text) ?? []), address]);
  const advices = [...new Set(effects.flatMap(({ proceed }) => proceed ?? []))];
  return [
    ...[...texts].map(([text, addresses]) => ({ label: some(addresses, 4), text })),
    ...(advices.length === 0 ? [] : [{ label: 'how to proceed', text: advices.join(' ') }]),
  ];
}

function advice({ proceed, accepted }: Pick<Effect, 'proceed' | 'accepted'>): Line[] {
  if (accepted !== undefined) return [{ label: 'accepted', text: accepted }];
  return proceed === undefined ? [] : [{ label: 'how to proceed', text: proceed }];
}

function open(title: string, items: readonly Item[]): Section {
  return { title, folded: false, items };
}

function folded(title: string, items: readonly Item[]): Section {
  return { title, folded: true, items };
}

function findingItem(finding: Finding): Item {
  return {
    mark: finding.severity,
    head: finding.message,
    address: finding.address,
    lines: [{ label: 'how to proceed', text: finding.proceed }],
  };
}

function lossItem(loss: LossView): Item {
  const name = loss.label === '' || loss.address.endsWith(loss.label) ? '' : ` ${loss.label}`;
  const lines: Line[] = [
    ...loss.forcedBy.map((difference) => ({ label: 'forced by', text: differenceText(difference) })),
    ...(loss.reason === undefined || (loss.how === 'replaced' && loss.forcedBy.length > 0)
      ? []
      : [{ label: 'because', text: loss.reason }]),
    { label: 'data', text: loss.data === undefined ? 'holds none' : `LOST: ${loss.data}` },
    ...(loss.relief === undefined ? [] : [{ label: 'but', text: loss.relief }]),
    ...(loss.renamedTo === undefined
      ? []
      : [{ label: 'renamed?', text: `${loss.renamedTo} is created just like it: a moved block would keep this one` }]),
    ...(loss.takes.length === 0 ? [] : [{ label: 'takes with it', text: some(loss.takes, 8) }]),
    ...(loss.how === 'replaced'
      ? [
          {
            label: 'order',
            text: loss.createFirst
              ? 'the new one stands before the old one goes'
              : 'the old one goes before the new one stands',
          },
        ]
      : []),
    ...advice(loss),
  ];
  return {
    mark: loss.accepted === undefined ? loss.severity : 'ok',
    head: `${loss.noun}${name} ${loss.how}`,
    address: loss.address,
    lines,
  };
}

function releaseItem(release: ReleaseView): Item {
  return {
    mark: 'ok',
    head: release.services.length === 0 ? release.name : `${release.name} in ${release.services.join(', ')}`,
    address: release.address,
    lines: [
      ...release.images.map(({ container, from, to }) => ({
        label: `image of ${container}`,
        text: imageText(from, to),
      })),
      ...release.differences.map((difference) => ({
        label: 'changes',
        text: differenceText({ ...difference, path: difference.path.replace(/^container_definitions\./, '') }),
      })),
      { label: 'rolls', text: release.rolls },
      { label: 'back', text: release.back },
    ],
  };
}

/** The same repository need not be read twice. */
function imageText(from: string, to: string): string {
  const cut = from.lastIndexOf(':') + 1;
  return cut > 0 && to.startsWith(from.slice(0, cut)) && !to.slice(cut).includes('/')
    ? `${from.slice(cut)} → ${to.slice(cut)} (${from.slice(0, cut - 1)})`
    : `${from} → ${to}`;
}

function resourceItem(resource: ResourceView): Item {
  const differences = resource.differences.map((difference) => ({ label: difference.path, text: difference.text }));
  return {
    mark: 'ok',
    head: resource.noun,
    address: resource.address,
    lines:
      differences.length > 0
        ? differences
        : [{ label: 'values', text: 'none that can be seen (a sensitivity mark, or a block that Terraform rewrites)' }],
  };
}

function grouped(resources: readonly ResourceView[]): Item[] {
  const nouns = new Map<string, string[]>();
  for (const { noun, address } of resources) nouns.set(noun, [...(nouns.get(noun) ?? []), address]);
  return [...nouns].map(([noun, addresses]) => ({
    mark: 'ok',
    head: addresses.length === 1 ? noun : `${noun} × ${addresses.length}`,
    lines: [{ label: 'at', text: addresses.join(', ') }],
  }));
}

function differenceText({ path, text }: DifferenceView): string {
  return `${path}: ${text}`;
}
