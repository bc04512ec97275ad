import { differences, isUnknown, type Difference } from './difference';
import { outsideChanges } from './drift';
import type { Plan, PlannedChange, PlannedResource } from './plan';
import { equal, field, text, type Value } from './value';
import { Vault } from './vault';

export type Action = 'create' | 'update' | 'delete' | 'replace' | 'forget' | 'read' | 'none';

/** One resource of a plan, without its secrets. */
export interface Change {
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly managed: boolean;
  readonly action: Action;
  /** The new one stands before the old one goes. */
  readonly createFirst: boolean;
  /** Terraform's own reason, in words. */
  readonly reason?: string;
  /** The attributes that force a replacement. */
  readonly forcedBy: readonly Difference[];
  readonly before: Value;
  readonly after: Value;
  readonly differences: readonly Difference[];
  readonly previousAddress?: string;
  readonly importedId?: string;
  readonly deposed: boolean;
}

export interface OutputChange {
  readonly stack: string;
  readonly name: string;
  readonly action: Action;
  readonly before: Value;
  readonly after: Value;
}

export interface Model {
  readonly stacks: readonly string[];
  readonly changes: readonly Change[];
  readonly drift: readonly Change[];
  readonly outputs: readonly OutputChange[];
  readonly checks: readonly {
    readonly stack: string;
    readonly name: string;
    readonly status: string;
    readonly problems: readonly string[];
  }[];
  readonly incomplete: readonly { readonly stack: string; readonly errored: boolean; readonly problem?: string }[];
  readonly invocations: readonly { readonly stack: string; readonly address: string; readonly type: string }[];
  /** Who refers to whom: `stack/aws_subnet.a` → what its arguments name. */
  readonly references: References;
}

export type References = ReadonlyMap<string, readonly Reference[]>;
export interface Reference {
  readonly argument: string;
  readonly address: string;
}

/** Everything a report needs from a set of plans. Secrets of one plan are hidden in all of them. */
export function modelOf(plans: readonly Plan[]): Model {
  const vault = new Vault();
  for (const plan of plans) collectSecrets(plan, vault);
  const changes = plans.flatMap((plan) =>
    plan.resource_changes.map((resource) => changeOf(plan.stack, resource, vault)),
  );
  return {
    stacks: plans.map((plan) => plan.stack),
    changes,
    drift: outsideChanges(
      plans.flatMap((plan) => plan.resource_drift.map((resource) => changeOf(plan.stack, resource, vault))),
      changes,
    ),
    outputs: plans.flatMap((plan) =>
      Object.entries(plan.output_changes).map(([name, change]) => outputOf(plan.stack, name, change, vault)),
    ),
    checks: plans.flatMap((plan) =>
      plan.checks.map((check) => ({
        stack: plan.stack,
        name: vault.scrub(check.address?.to_display ?? 'a check'),
        status: check.status,
        problems: (check.instances ?? [])
          .flatMap((instance) => instance.problems ?? [])
          .map((problem) => vault.scrub(problem.message ?? '')),
      })),
    ),
    incomplete: plans
      .filter((plan) => plan.errored || plan.complete === false || plan.deferred_changes.length > 0)
      .map(({ stack, errored, problem }) => ({
        stack,
        errored,
        ...(problem !== undefined && { problem: vault.scrub(problem) }),
      })),
    invocations: plans.flatMap((plan) =>
      plan.action_invocations.map(({ address, type }) => ({ stack: plan.stack, address: vault.scrub(address), type })),
    ),
    references: new Map(plans.flatMap((plan) => referencesOf(plan))),
  };
}

function collectSecrets(plan: Plan, vault: Vault): void {
  for (const resource of [...plan.resource_changes, ...plan.resource_drift]) {
    const { change } = resource;
    if (isPlainParameter(resource)) continue;
    vault.collect(change.before, change.before_sensitive);
    vault.collect(change.after, change.after_sensitive);
  }
  for (const [name, change] of Object.entries(plan.output_changes)) {
    // CDKTF marks every cross-stack output sensitive, ids and host names too; they are hidden in place, not everywhere.
    if (name.startsWith('cross-stack-output-')) continue;
    vault.collect(change.before, change.before_sensitive);
    vault.collect(change.after, change.after_sensitive);
  }
  const declared = record(record(record(plan.configuration)['root_module'])['variables']);
  for (const [name, variable] of Object.entries(plan.variables)) {
    vault.collect(variable.value, record(declared[name])['sensitive'] === true);
  }
}

/**
 * The AWS provider marks the value of every parameter, of plain ones too: the name of a database would vanish from all texts.
 * In its own place such a value stays hidden.
 */
function isPlainParameter({ type, change }: PlannedResource): boolean {
  return type === 'aws_ssm_parameter' && record(change.after ?? change.before)['type'] !== 'SecureString';
}

// From the documentation of Terraform's JSON output format.
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'it is tainted: an earlier creation failed half-way',
  replace_because_cannot_update: 'the provider cannot change it in place',
  replace_by_request: 'someone asked for it with -replace',
  replace_by_triggers: 'replace_triggered_by names something that changes',
  delete_because_no_resource_config: 'it is no longer in the configuration',
  delete_because_no_module: 'its module is no longer in the configuration',
  delete_because_wrong_repetition: 'count or for_each was added or removed',
  delete_because_count_index: 'count is smaller now',
  delete_because_each_key: 'for_each no longer has its key',
  delete_because_no_move_target: 'it was moved to an address that is not in the configuration',
};

function changeOf(stack: string, resource: PlannedResource, vault: Vault): Change {
  const { change } = resource;
  const action = actionOf(change.actions);
  // Written before sealing: two secrets are compared by identity, so both sides go through the same vault.
  const before = vault.seal(change.before ?? null, change.before_sensitive, false);
  const after = vault.seal(change.after ?? null, change.after_sensitive, change.after_unknown);
  const all = action === 'none' && equal(before, after) ? [] : differences(before, after);
  const forced = action === 'replace' ? (change.replace_paths ?? []).map((path) => forcedAt(path, before, after)) : [];
  const reason = resource.action_reason === undefined ? undefined : REASONS[resource.action_reason];
  return {
    stack,
    address: vault.scrub(resource.address),
    type: resource.type,
    name: resource.name,
    managed: resource.mode === 'managed',
    action,
    createFirst: change.actions[0] === 'create' && change.actions.length === 2,
    ...(reason === undefined ? {} : { reason }),
    forcedBy: forced.flat(),
    before,
    after,
    differences: visible(action, all),
    ...(resource.previous_address === undefined ? {} : { previousAddress: vault.scrub(resource.previous_address) }),
    ...(change.importing === null || change.importing === undefined
      ? {}
      : { importedId: vault.scrub(change.importing.id ?? '(known after apply)') }),
    deposed: resource.deposed !== undefined,
  };
}

function actionOf(actions: PlannedChange['actions']): Action {
  if (actions.length === 2) return actions.includes('forget') ? 'forget' : 'replace';
  const [only] = actions;
  return only === 'no-op' || only === undefined ? 'none' : only;
}

function forcedAt(path: readonly (string | number)[], before: Value, after: Value): Difference[] {
  // Terraform may point into a block that only one side has.
  const old = field(before, ...path);
  const young = field(after, ...path);
  const steps = path.map(String).filter((step) => !/^\d+$/.test(step));
  const found = differences(old, young, steps);
  return found.length > 0 ? found : [{ path: steps, kind: 'changed', before: old ?? null, after: young ?? null }];
}

/** A replacement makes every computed attribute unknown: that is no news. Tags are shown once. */
function visible(action: Action, all: readonly Difference[]): Difference[] {
  const allTags = all.some(({ path }) => path[0] === 'tags_all');
  return all.filter((difference) => {
    if (difference.path[0] === 'tags' && allTags) return false;
    return !(action === 'replace' && isUnknown(difference));
  });
}

function outputOf(stack: string, name: string, change: PlannedChange, vault: Vault): OutputChange {
  return {
    stack,
    name: vault.scrub(name),
    action: actionOf(change.actions),
    before: vault.seal(change.before ?? null, change.before_sensitive, false),
    after: vault.seal(change.after ?? null, change.after_sensitive, change.after_unknown),
  };
}

function referencesOf(plan: Plan): [string, Reference[]][] {
  return moduleReferences(plan.stack, record(record(plan.configuration)['root_module']), '');
}

function moduleReferences(stack: string, module: Record<string, unknown>, prefix: string): [string, Reference[]][] {
  const own = list(module['resources']).map((item): [string, Reference[]] => {
    const resource = record(item);
    const address = `${prefix}${String(resource['address'])}`;
    const found = argumentReferences(record(resource['expressions']), '');
    return [key(stack, address), found.map((one) => ({ ...one, address: `${prefix}${one.address}` }))];
  });
  const inner = Object.entries(record(module['module_calls'])).flatMap(([name, call]) =>
    moduleReferences(stack, record(record(call)['module']), `${prefix}module.${name}.`),
  );
  return [...own, ...inner];
}

function argumentReferences(expressions: unknown, argument: string): Reference[] {
  if (Array.isArray(expressions)) return expressions.flatMap((item) => argumentReferences(item, argument));
  return Object.entries(record(expressions)).flatMap(([name, expression]) => {
    const at = argument === '' ? name : `${argument}.${name}`;
    if (name === 'references' && Array.isArray(expression)) {
      return resourceAddresses(expression.filter((item) => typeof item === 'string')).map((address) => ({
        argument,
        address,
      }));
    }
    return typeof expression === 'object' && expression !== null ? argumentReferences(expression, at) : [];
  });
}

/** Terraform lists `aws_subnet.a.id` and `aws_subnet.a`: one resource. */
export function resourceAddresses(references: readonly string[]): string[] {
  const addresses = references.flatMap(
    (reference) => /^(?:data\.)?[a-z][a-z0-9_]*\.[A-Za-z_][\w-]*/.exec(reference)?.[0] ?? [],
  );
  return [...new Set(addresses)].filter(
    (address) => !/^(var|local|module|each|count|path|self|terraform)\./.test(address),
  );
}

export function key(stack: string, address: string): string {
  return `${stack}/${address}`;
}

/** The address in the configuration: without the index of count or for_each. */
export function configAddress(address: string): string {
  return address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '');
}

/** The name people use for it: its own `name`, else its address. */
export function label(change: Change): string {
  const state = change.after === null ? change.before : change.after;
  return text(field(state, 'name')) ?? text(field(state, 'identifier')) ?? text(field(state, 'family')) ?? change.name;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
