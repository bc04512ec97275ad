import { costOf, type Cost } from './cost';
import type { Fact } from './fact';
import { factsOf } from './facts';
import { judge, type Finding } from './judge';
import { lossesOf } from './loss';
import { modelOf, type Change } from './model';
import { pictureOf, type Picture } from './picture';
import type { Plan } from './plan';
import { releasesOf } from './release';
import { TIERS, type Tier } from './resource-types';
import { stacksOf, type NotPlanned, type Stack } from './stack-states';
import { NO_TEAM_RULES, type Acceptance, type TeamRules } from './team-rules';
import { show } from './value';
import { verdictOf, type Counts, type Verdict } from './verdict';
import {
  differenceView,
  effectsOf,
  indexOf,
  lossView,
  outputText,
  resourceView,
  type Effect,
  type LossView,
  type ReleaseView,
  type ResourceView,
} from './views';

export interface Report {
  /** Of the JSON format; raised when a field changes its meaning. */
  readonly version: 1;
  readonly verdict: Verdict;
  readonly stacks: readonly Stack[];
  readonly counts: Counts;
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

export interface ReportOptions {
  readonly team?: TeamRules;
  readonly accept?: readonly Acceptance[];
  /** @default - every stack was planned */
  readonly notPlanned?: readonly NotPlanned[];
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
  const facts = factsOf({ model, told, losses, cost, notPlanned, others: options.facts ?? [] });
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

function isTagsOnly(change: Change): boolean {
  return (
    change.differences.length > 0 &&
    change.differences.every(({ path }) => path[0] === 'tags' || path[0] === 'tags_all')
  );
}
