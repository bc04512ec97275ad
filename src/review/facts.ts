import type { Cost } from './cost';
import { pathText } from './difference';
import { exposureOf } from './exposure';
import { factAbout, type Fact } from './fact';
import { impactOf } from './impact';
import { lossFacts, type Loss } from './loss';
import type { Change, Model } from './model';
import type { NotPlanned } from './stack-states';
import { differenceView } from './views';

/** What the facts of a set of plans are read from. */
export interface FactSources {
  readonly model: Model;
  /** Changes that a release tells. */
  readonly told: ReadonlySet<Change>;
  readonly losses: readonly Loss[];
  readonly cost: Cost;
  readonly notPlanned: readonly NotPlanned[];
  readonly others: readonly Fact[];
}

/** Everything that is true of a set of plans and that a rule may speak of. */
export function factsOf({ model, told, losses, cost, notPlanned, others }: FactSources): Fact[] {
  const { changes } = model;
  return [
    ...planFacts(model, notPlanned),
    ...losses.flatMap(lossFacts),
    ...changes.flatMap((change) => impactOf(change, told)),
    ...changes.flatMap(exposureOf),
    ...others,
    ...changes
      .filter(({ action }) => action === 'forget')
      .map((change) =>
        factAbout(change, { kind: 'forgotten', text: 'Terraform lets go of it: it stays, and nobody manages it' }),
      ),
    ...changes
      .filter(({ managed, action }) => managed && action === 'create')
      .map((change) => factAbout(change, { kind: 'created', text: 'it is created' })),
    ...changes.flatMap(changedFacts),
    ...costFacts(cost),
  ];
}

/** One fact an attribute, so that a team's rule can name it: `{"fact": "changed", "subject": "instance_class"}`. */
function changedFacts(change: Change): Fact[] {
  if (!change.managed || (change.action !== 'update' && change.action !== 'replace')) return [];
  return change.differences.map((difference) => {
    const subject = pathText(difference.path);
    return factAbout(change, {
      kind: 'changed',
      text: `${subject}: ${differenceView(difference).text}`,
      subject,
      difference,
    });
  });
}

function planFacts(model: Model, notPlanned: readonly NotPlanned[]): Fact[] {
  const base = { type: '', tier: 'other' } as const;
  return [
    ...model.incomplete.map(({ stack, errored, problem }): Fact => ({
      ...base,
      kind: errored ? 'plan-failed' : 'plan-incomplete',
      stack,
      address: stack,
      text: errored
        ? `Terraform failed while planning${problem === undefined ? '' : ` (${problem})`}: what follows is only a part`
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
