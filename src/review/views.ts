import { pathText, type Difference } from './difference';
import type { Fact } from './fact';
import type { Finding } from './judge';
import type { Loss } from './loss';
import { key, label, type Action, type Change } from './model';
import type { Release } from './release';
import { resourceType } from './resource-types';
import type { Severity } from './rule';
import { show } from './value';

export interface ResourceView {
  readonly stack: string;
  readonly address: string;
  readonly noun: string;
  readonly label: string;
  readonly differences: readonly DifferenceView[];
}

export interface DifferenceView {
  readonly path: string;
  readonly text: string;
  readonly kind: Difference['kind'];
}

export type LossView = Omit<Loss, 'forcedBy'> &
  Omit<Effect, 'kind' | 'text'> & { readonly forcedBy: readonly DifferenceView[] };
export type ReleaseView = Omit<Release, 'differences'> & { readonly differences: readonly DifferenceView[] };

/** Something that is true of a plan, with what the rules say of it. */
export interface Effect {
  readonly address: string;
  readonly kind: Fact['kind'];
  readonly text: string;
  readonly severity: Severity;
  readonly proceed?: string;
  readonly accepted?: string;
}

/** Findings by stack and address. */
export type FindingIndex = ReadonlyMap<string, readonly Finding[]>;

export function indexOf(findings: readonly Finding[]): FindingIndex {
  const index = new Map<string, Finding[]>();
  for (const finding of findings) {
    const at = key(finding.stack, finding.address);
    const list = index.get(at);
    if (list === undefined) index.set(at, [finding]);
    else list.push(finding);
  }
  return index;
}

export function effectsOf(facts: readonly Fact[], findings: FindingIndex): Effect[] {
  const effects = facts.map(({ stack, address, kind, text }): Effect => ({
    address,
    kind,
    text,
    ...opinion(findings, stack, address, [kind], text),
  }));
  return [...new Map(effects.map((effect) => [`${effect.address} ${effect.text}`, effect])).values()];
}

export function lossView(loss: Loss, findings: FindingIndex): LossView {
  return {
    ...loss,
    forcedBy: loss.forcedBy.map(differenceView),
    ...opinion(findings, loss.stack, loss.address, ['data-lost', 'destroyed', 'replaced']),
  };
}

/** What the rules say of a fact; several facts of one kind at one address are told apart by their text. */
function opinion(
  findings: FindingIndex,
  stack: string,
  address: string,
  kinds: readonly Fact['kind'][],
  text?: string,
): Pick<Effect, 'severity' | 'proceed' | 'accepted'> {
  const own = (findings.get(key(stack, address)) ?? []).filter(({ fact }) => kinds.includes(fact));
  const finding = own.find(({ said }) => said === text) ?? own[0];
  if (finding === undefined) return { severity: 'note' };
  const { severity, proceed, accepted } = finding;
  return {
    severity,
    ...(severity === 'note' || accepted !== undefined ? {} : { proceed }),
    ...(accepted === undefined ? {} : { accepted }),
  };
}

export function resourceView(change: Change): ResourceView {
  return {
    stack: change.stack,
    address: change.address,
    noun: resourceType(change.type).noun,
    label: label(change),
    differences: change.differences.map(differenceView),
  };
}

export function differenceView(difference: Difference): DifferenceView {
  const path = pathText(difference.path);
  const { kind } = difference;
  if (kind === 'added') return { path, kind, text: `added ${show(difference.after)}` };
  if (kind === 'removed') return { path, kind, text: `removed ${show(difference.before)}` };
  const [before, after] = [show(difference.before), show(difference.after)];
  // Two secrets, or two long texts alike in their beginning.
  return { path, kind, text: before === after ? `changed (${before})` : `${before} → ${after}` };
}

export function outputText(action: Action, before: string, after: string): string {
  if (action === 'create') return `new: ${after}`;
  if (action === 'delete') return `removed (was ${before})`;
  return before === after ? `changed (${before})` : `${before} → ${after}`;
}
