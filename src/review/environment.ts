import { ReviewError } from './error';
import type { Plan } from './plan';

/** What a plan says it is for, by the tags that the provider puts on every resource. */
export interface Place {
  readonly environment?: string;
  readonly workspace?: string;
}

/**
 * Two plans of different environments in one report, or one of another environment than asked for, is a mix-up.
 *
 * @throws ReviewError naming the stack, what it is for and what was expected
 */
export function checkPlaces(plans: readonly Plan[], expected: Place): void {
  for (const name of ['environment', 'workspace'] as const) {
    let known = expected[name] === undefined ? undefined : { value: expected[name], by: name.toUpperCase() };
    for (const plan of plans) {
      const values = tagValues(plan, name);
      // Shared resources may carry several; only a plan that speaks with one voice can be wrong.
      const [value] = values;
      if (values.length !== 1 || value === undefined) continue;
      if (known !== undefined && known.value !== value) {
        throw new ReviewError(
          `${plan.stack}: the plan is for ${name} ${JSON.stringify(value)} by its tags, but ${known.by} is for ${JSON.stringify(known.value)}`,
        );
      }
      known ??= { value, by: plan.stack };
    }
  }
}

function tagValues(plan: Plan, name: string): string[] {
  const found = new Set<string>();
  for (const { change } of plan.resource_changes) {
    const state = record(change.after ?? change.before);
    for (const [tag, value] of Object.entries(record(state['tags_all'] ?? state['tags']))) {
      if (tag.toLowerCase() === name && typeof value === 'string') found.add(value);
    }
  }
  return [...found];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
