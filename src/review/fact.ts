import type { Difference } from './difference';
import type { Change } from './model';
import { tierOf, type Tier } from './resource-types';

/** What a rule may be about. */
export const FACT_KINDS = [
  'data-lost',
  'destroyed',
  'replaced',
  'released',
  'forgotten',
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
  'changed',
  'created',
  'invoked',
  'check-failed',
  'policy',
  'plan-failed',
  'plan-incomplete',
  'not-planned',
  'cost',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** One thing that is true of a plan. Rules say how serious it is. */
export interface Fact {
  readonly kind: FactKind;
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  readonly tier: Tier;
  /** One sentence, without the address. */
  readonly text: string;
  /** How far it goes: `any` (the whole internet, every action), `some`, or `new` (on something this plan creates). */
  readonly reach?: 'any' | 'some' | 'new';
  /** A port, a path, a policy id: what a rule may tell facts of one kind apart by. */
  readonly subject?: string;
  readonly difference?: Difference;
  /** US dollars a month, for facts about cost. */
  readonly amount?: number;
}

export function factAbout(change: Change, parts: Pick<Fact, 'kind' | 'text'> & Partial<Fact>): Fact {
  return { stack: change.stack, address: change.address, type: change.type, tier: tierOf(change), ...parts };
}
