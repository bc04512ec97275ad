import type { Plan, PlannedResource } from '../src/review/plan';

/** A report of another tool, as its documentation shows it: how many lines its reader sees before unfolding anything. */
export interface PeerReport {
  readonly tool: string;
  /** Where its documentation shows the format. */
  readonly shownIn: string;
  readonly lines: (plan: Plan) => number;
}

const ACTIONS = ['create', 'update', 'delete', 'replace'] as const;

/** Lists of addresses by action: a line an action, a line a resource. */
function lists(plan: Plan): number {
  const changes = changing(plan);
  return changes.length + ACTIONS.filter((action) => changes.some((change) => actionOf(change) === action)).length;
}

export const PEERS: readonly PeerReport[] = [
  {
    tool: 'tf-summarize',
    shownIn: 'dineshba/tf-summarize, testdata/basic.txt',
    // Heads of the table, a row a resource; outputs have a table of their own.
    lines: (plan) => {
      const outputs = Object.values(plan.output_changes).filter(({ actions }) => actions[0] !== 'no-op').length;
      return 2 + changing(plan).length + (outputs > 0 ? 2 + outputs : 0);
    },
  },
  {
    tool: 'terraform-j2md',
    shownIn: 'reproio/terraform-j2md, README.md',
    // A heading with counts, the lists, and the folded details.
    lines: (plan) => 1 + lists(plan) + 1,
  },
  {
    tool: 'tfcmt',
    shownIn: 'suzuki-shunsuke/tfcmt, website/docs/config.md (default templates)',
    // Title, link, a warning of two lines when something goes, the result, the lists, the folded text.
    lines: (plan) => {
      const goes = changing(plan).some((change) => ['delete', 'replace'].includes(actionOf(change)));
      return 2 + (goes ? 2 : 0) + 1 + lists(plan) + 1;
    },
  },
  {
    tool: 'tfsumpy',
    shownIn: 'rafaelherik/tfsumpy, README.md (default output)',
    // Two lines of title, total, three counts, a heading; a line a resource and a line an attribute.
    lines: (plan) => 7 + changing(plan).reduce((sum, change) => sum + 1 + attributes(change), 0),
  },
];

/** What none of their documents shows for a plan of one's own. */
export const NOT_COUNTABLE: readonly (readonly [tool: string, why: string])[] = [
  ['Atlantis', 'comments with the text of `terraform plan`: its lines are those'],
  ['Infracost', 'shows cost alone'],
  ['prettyplan', 'is a web page; its documents show no text'],
  ['conftest, OPA, terrasafe', 'pass or fail by rule; there is no report of a plan'],
  ['HCP Terraform', 'is a web page'],
];

function changing(plan: Plan): PlannedResource[] {
  return plan.resource_changes.filter(({ change: { actions } }) => actions[0] !== 'no-op' && actions[0] !== 'read');
}

function actionOf({ change: { actions } }: PlannedResource): string {
  return actions.length === 2 ? 'replace' : (actions[0] ?? '');
}

function attributes({ change: { before, after } }: PlannedResource): number {
  const [old, young] = [record(before), record(after)];
  const names = new Set([...Object.keys(old), ...Object.keys(young)]);
  return [...names].filter((name) => JSON.stringify(old[name]) !== JSON.stringify(young[name])).length;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
