import type { Model } from './model';

/** A stack that could not be planned, with the reason. */
export interface NotPlanned {
  readonly stack: string;
  readonly reason: string;
}

export interface Stack {
  readonly name: string;
  readonly state: 'planned' | 'failed' | 'incomplete' | 'not planned';
  readonly note?: string;
}

/** What became of each stack, and what the reader must know of its plan. */
export function stacksOf(
  model: Model,
  notPlanned: readonly NotPlanned[],
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
