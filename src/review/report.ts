import { costOf, type Cost } from './cost';
import { pathText, type Difference } from './difference';
import { exposureOf } from './exposure';
import type { Fact } from './fact';
import { impactOf } from './impact';
import { lossesOf, lossFacts, type Loss } from './loss';
import { key, label, modelOf, type Action, type Change, type Model } from './model';
import { pictureOf, type Picture } from './picture';
import type { Plan } from './plan';
import { releasesOf, type Release } from './release';
import { resourceType, TIERS, tierOf, type Tier } from './resource-types';
import { judge, NO_TEAM_RULES, type Acceptance, type Finding, type Severity, type TeamRules } from './rules';
import { show } from './value';

export interface Report {
  /** Of the JSON format; raised when a field changes its meaning. */
  readonly version: 1;
  readonly verdict: { readonly level: 'nothing' | 'safe' | 'person'; readonly sentence: string };
  readonly stacks: readonly Stack[];
  readonly counts: Readonly<
    Record<'created' | 'updated' | 'replaced' | 'destroyed' | 'released' | 'forgotten' | 'moved' | 'imported', number>
  >;
  readonly losses: readonly LossView[];
  readonly releases: readonly ReleaseView[];
  readonly impact: readonly { readonly tier: Tier; readonly effects: readonly Effect[] }[];
  readonly exposure: readonly Effect[];
  readonly findings: readonly Finding[];
  readonly cost: Cost;
  readonly updates: readonly ResourceView[];
  readonly tagsOnly: readonly string[];
  readonly created: readonly ResourceView[];
  readonly moves: readonly { readonly from: string; readonly to: string }[];
  readonly imports: readonly { readonly address: string; readonly id: string }[];
  readonly forgotten: readonly string[];
  readonly drift: readonly ResourceView[];
  readonly outputs: readonly { readonly name: string; readonly text: string }[];
  readonly picture: Picture;
}

export interface Stack {
  readonly name: string;
  readonly state: 'planned' | 'failed' | 'incomplete' | 'not planned';
  readonly note?: string;
}

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

export interface ReportOptions {
  readonly team?: TeamRules;
  readonly accept?: readonly Acceptance[];
  /** Stacks that could not be planned, with the reason. */
  readonly notPlanned?: readonly { readonly stack: string; readonly reason: string }[];
  /** Facts from elsewhere: checkov. */
  readonly facts?: readonly Fact[];
  /** Which stacks read values of which. */
  readonly dependencies?: ReadonlyMap<string, readonly string[]>;
  /** ISO day, for acceptances that end. */
  readonly today?: string;
}

const EXPOSURE_KINDS: readonly Fact['kind'][] = [
  'opened',
  'public-address',
  'iam-widened',
  'encryption-off',
  'protection-off',
  'secret-in-plain-text',
  'policy',
];
const IMPACT_KINDS: readonly Fact['kind'][] = ['connections-drop', 'address-changes', 'tasks-roll', 'felt'];

/** Everything a reviewer must know about a set of plans, as one value that holds no secret. */
export function reportOf(plans: readonly Plan[], options: ReportOptions = {}): Report {
  const model = modelOf(plans);
  const { changes } = model;
  const { releases, told } = releasesOf(changes, model.references);
  const losses = lossesOf(
    changes.filter((change) => !told.has(change)),
    model.references,
  );
  const cost = costOf(changes, model.references);
  const notPlanned = options.notPlanned ?? [];
  const facts = [
    ...planFacts(model, notPlanned),
    ...losses.flatMap(lossFacts),
    ...changes.flatMap((change) => impactOf(change, told)),
    ...changes.flatMap(exposureOf),
    ...(options.facts ?? []),
    ...changes
      .filter(({ action }) => action === 'forget')
      .map((change) => factOf(change, 'forgotten', 'Terraform lets go of it: it stays, and nobody manages it')),
    ...changes
      .filter(({ managed, action }) => managed && action === 'create')
      .map((change) => factOf(change, 'created', 'it is created')),
    ...changes.flatMap(changedFacts),
    ...costFacts(cost),
  ];
  const findings = judge(facts, options.team ?? NO_TEAM_RULES, options.accept ?? [], options.today ?? '');
  const index = indexOf(findings);
  const untold = changes.filter((change) => change.managed && !told.has(change));
  const updates = untold.filter(({ action }) => action === 'update');
  const tagsOnly = updates.filter(isTagsOnly);
  const moves = changes.filter(({ previousAddress }) => previousAddress !== undefined);
  const imports = changes.filter(({ importedId }) => importedId !== undefined);
  const outputs = model.outputs.filter(({ action }) => action !== 'none');
  const counts = {
    created: untold.filter(({ action }) => action === 'create').length,
    updated: updates.length,
    replaced: losses.filter(({ how }) => how === 'replaced').length,
    destroyed: losses.filter(({ how }) => how === 'destroyed').length,
    released: releases.length,
    forgotten: untold.filter(({ action }) => action === 'forget').length,
    moved: moves.length,
    imported: imports.length,
  };
  return {
    version: 1,
    verdict: verdictOf({ counts, findings, losses, outputs: outputs.length, drift: model.drift.length }),
    stacks: stacksOf(model, notPlanned, options.dependencies ?? new Map<string, readonly string[]>()),
    counts,
    losses: losses.map((loss) => lossView(loss, index)),
    releases: releases.map((release) => ({ ...release, differences: release.differences.map(differenceView) })),
    impact: TIERS.map((tier) => ({
      tier,
      effects: effectsOf(
        facts.filter((fact) => fact.tier === tier && IMPACT_KINDS.includes(fact.kind)),
        index,
      ),
    })).filter(({ effects }) => effects.length > 0),
    exposure: effectsOf(
      facts.filter(({ kind }) => EXPOSURE_KINDS.includes(kind)),
      index,
    ),
    findings,
    cost,
    updates: updates.filter((change) => !isTagsOnly(change)).map(resourceView),
    tagsOnly: tagsOnly.map(({ address }) => address),
    created: untold
      .filter(({ action }) => action === 'create')
      .map((change) => ({ ...resourceView(change), differences: [] })),
    moves: moves.map(({ previousAddress, address }) => ({ from: previousAddress ?? '', to: address })),
    imports: imports.map(({ address, importedId }) => ({ address, id: importedId ?? '' })),
    forgotten: untold.filter(({ action }) => action === 'forget').map(({ address }) => address),
    drift: model.drift.map(resourceView),
    outputs: outputs.map((output) => ({
      name: output.name,
      text: outputText(output.action, show(output.before), show(output.after)),
    })),
    picture: pictureOf(model, told),
  };
}

function factOf(change: Change, kind: Fact['kind'], text: string): Fact {
  return { kind, stack: change.stack, address: change.address, type: change.type, tier: tierOf(change), text };
}

/** One fact an attribute, so that a team's rule can name it: `{"fact": "changed", "subject": "instance_class"}`. */
function changedFacts(change: Change): Fact[] {
  if (!change.managed || (change.action !== 'update' && change.action !== 'replace')) return [];
  return change.differences.map((difference) => ({
    ...factOf(change, 'changed', `${pathText(difference.path)}: ${differenceView(difference).text}`),
    subject: pathText(difference.path),
    difference,
  }));
}

function planFacts(model: Model, notPlanned: NonNullable<ReportOptions['notPlanned']>): Fact[] {
  const base = { type: '', tier: 'other' } as const;
  return [
    ...model.incomplete.map(({ stack, errored }): Fact => ({
      ...base,
      kind: errored ? 'plan-failed' : 'plan-incomplete',
      stack,
      address: stack,
      text: errored
        ? 'Terraform failed while planning: what follows is only a part'
        : 'the plan is not complete (targets or deferred changes): another one must follow',
    })),
    ...notPlanned.map(({ stack, reason }): Fact => ({
      ...base,
      kind: 'not-planned',
      stack,
      address: stack,
      text: `not planned: ${reason}`,
    })),
    ...model.invocations.map(({ stack, address, type }): Fact => ({
      ...base,
      kind: 'invoked',
      stack,
      address,
      type,
      text: 'an action runs while this is applied',
    })),
    ...model.checks
      .filter(({ status }) => status === 'fail' || status === 'error')
      .map(({ stack, name, problems }): Fact => ({
        ...base,
        kind: 'check-failed',
        stack,
        address: name,
        text: `the check fails: ${problems.join('; ') || name}`,
      })),
  ];
}

function costFacts(cost: Cost): Fact[] {
  if (cost.total === undefined) return [];
  const amount = cost.total.after - cost.total.before;
  // A first deployment is all new: its whole price is no surprise.
  if (cost.total.before === 0) return [];
  return [
    {
      kind: 'cost',
      stack: '',
      address: 'cost',
      type: '',
      tier: 'other',
      amount,
      text: `fixed costs rise by ${amount.toFixed(2)} US dollars a month`,
    },
  ];
}

function verdictOf(found: {
  counts: Report['counts'];
  findings: readonly Finding[];
  losses: readonly Loss[];
  outputs: number;
  drift: number;
}): Report['verdict'] {
  const { counts } = found;
  const open = found.findings.filter(({ severity, accepted }) => severity !== 'note' && accepted === undefined);
  const accepted = found.findings.filter(
    (finding) => finding.severity !== 'note' && finding.accepted !== undefined,
  ).length;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const tail = accepted === 0 ? '' : `; ${plural(accepted, 'finding')} accepted`;
  if (open.length > 0) return { level: 'person', sentence: `${personSentence(open, found)}${tail}.` };
  if (total + found.outputs === 0) {
    const drifted = found.drift === 0 ? '' : `, though ${plural(found.drift, 'resource')} changed outside Terraform`;
    return { level: 'nothing', sentence: `Nothing to do: what stands is what the code says${drifted}.` };
  }
  return {
    level: 'safe',
    sentence: `Safe: ${countsText(counts, found.outputs)}, nothing is lost and no policy objects${tail}.`,
  };
}

function personSentence(
  open: readonly Finding[],
  { losses, counts, outputs }: { losses: readonly Loss[]; counts: Report['counts']; outputs: number },
): string {
  const [first] = open;
  const failed = open.find(({ fact }) => fact === 'plan-failed');
  if (failed !== undefined) return `No verdict: Terraform failed while planning ${failed.stack}`;
  const forbidden = open.filter(({ severity }) => severity === 'stop').length;
  const lost = losses.find(
    ({ address, data }) =>
      data !== undefined && open.some((finding) => finding.address === address && finding.fact === 'data-lost'),
  );
  const head = forbidden > 0 ? 'Stop' : 'Needs a person';
  const where = first === undefined ? '' : `${cut(first.message)} (${first.address})`;
  const main =
    lost === undefined ? where : `the ${lost.noun} ${lost.label} is ${lost.how} and ${lost.data ?? ''} is lost`;
  const others = open.length - 1;
  const rest = others > 0 ? `, and ${plural(others, 'more thing')} to decide` : '';
  const size = countsText(counts, outputs);
  return `${head}: ${main}${rest}${size === '' ? '' : ` — ${size}`}`;
}

export function countsText(counts: Report['counts'], outputs = 0): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  if (outputs > 0) parts.push(plural(outputs, 'output'));
  return parts.join(', ');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function stacksOf(
  model: Model,
  notPlanned: NonNullable<ReportOptions['notPlanned']>,
  dependencies: ReadonlyMap<string, readonly string[]>,
): Stack[] {
  const changing = new Set([
    ...model.changes
      .filter(({ managed, action }) => managed && action !== 'none' && action !== 'read')
      .map(({ stack }) => stack),
    ...notPlanned.map(({ stack }) => stack),
  ]);
  return [
    ...model.stacks.map((name): Stack => {
      const incomplete = model.incomplete.find(({ stack }) => stack === name);
      if (incomplete !== undefined) return { name, state: incomplete.errored ? 'failed' : 'incomplete' };
      const producers = (dependencies.get(name) ?? []).filter((producer) => changing.has(producer));
      return {
        name,
        state: 'planned',
        ...(producers.length === 0
          ? {}
          : { note: `planned against ${producers.join(', ')} as it is today; review again after that is applied` }),
      };
    }),
    ...notPlanned.map(({ stack, reason }): Stack => ({ name: stack, state: 'not planned', note: reason })),
  ];
}

type FindingIndex = ReadonlyMap<string, readonly Finding[]>;

function indexOf(findings: readonly Finding[]): FindingIndex {
  const index = new Map<string, Finding[]>();
  for (const finding of findings) {
    const at = key(finding.stack, finding.address);
    const list = index.get(at);
    if (list === undefined) index.set(at, [finding]);
    else list.push(finding);
  }
  return index;
}

function effectsOf(facts: readonly Fact[], findings: FindingIndex): Effect[] {
  const effects = facts.map(({ stack, address, kind, text }): Effect => ({
    address,
    kind,
    text,
    ...opinion(findings, stack, address, [kind], text),
  }));
  return [...new Map(effects.map((effect) => [`${effect.address} ${effect.text}`, effect])).values()];
}

function lossView(loss: Loss, findings: FindingIndex): LossView {
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

function isTagsOnly(change: Change): boolean {
  return (
    change.differences.length > 0 &&
    change.differences.every(({ path }) => path[0] === 'tags' || path[0] === 'tags_all')
  );
}

function resourceView(change: Change): ResourceView {
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

function outputText(action: Action, before: string, after: string): string {
  if (action === 'create') return `new: ${after}`;
  if (action === 'delete') return `removed (was ${before})`;
  return before === after ? `changed (${before})` : `${before} → ${after}`;
}

function cut(message: string): string {
  return message.length > 200 ? `${message.slice(0, 199)}…` : message;
}
