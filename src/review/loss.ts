import { configAddress, key, label, type Change, type References } from './model';
import type { Difference } from './difference';
import { resourceType, tierOf, type Tier } from './resource-types';
import { equal, field, isMap, isNothing, number, text, texts, UNKNOWN, Unknown, type Value } from './value';
import type { Fact } from './fact';

/** A resource that will not be the same one afterwards. */
export interface Loss {
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  readonly noun: string;
  readonly label: string;
  readonly tier: Tier;
  readonly how: 'destroyed' | 'replaced';
  /** The new one stands before the old one goes. */
  readonly createFirst: boolean;
  readonly reason?: string;
  readonly forcedBy: readonly Difference[];
  /** What is gone for good. */
  readonly data?: string;
  /** What softens it: a final snapshot, a waiting time. */
  readonly relief?: string;
  /** One just like it is created: it may only be renamed. */
  readonly renamedTo?: string;
  /** What changes or goes because this one goes. */
  readonly takes: readonly string[];
}

export function lossesOf(changes: readonly Change[], references: References): Loss[] {
  const changing = new Map<string, Change[]>();
  for (const change of changes) {
    if (!['update', 'replace', 'delete'].includes(change.action)) continue;
    const at = key(change.stack, configAddress(change.address));
    changing.set(at, [...(changing.get(at) ?? []), change]);
  }
  const dependents = dependentsOf(changing, references);
  const holders = holdersOf(changes);
  const created = changes.filter(({ managed, action }) => managed && action === 'create');
  return changes
    .filter(({ managed, action }) => managed && (action === 'delete' || action === 'replace'))
    .map((change) => lossOf(change, dependents, changing, holders, created))
    .sort((a, b) => weight(b) - weight(a));
}

function weight(loss: Loss): number {
  return (loss.data === undefined ? 0 : 2) + (loss.how === 'destroyed' ? 1 : 0);
}

function lossOf(
  change: Change,
  dependents: ReadonlyMap<string, readonly string[]>,
  changing: ReadonlyMap<string, readonly Change[]>,
  holders: Holders,
  created: readonly Change[],
): Loss {
  const type = resourceType(change.type);
  const { data, relief } = dataOf(change, type.data);
  const twin = change.action === 'delete' ? created.find((other) => isAlike(change, other)) : undefined;
  const reason = change.deposed ? 'it is left over from an earlier replacement' : change.reason;
  return {
    stack: change.stack,
    address: change.address,
    type: change.type,
    noun: type.noun,
    label: label(change),
    tier: tierOf(change),
    how: change.action === 'delete' ? 'destroyed' : 'replaced',
    createFirst: change.createFirst,
    ...(reason === undefined ? {} : { reason }),
    forcedBy: change.forcedBy,
    ...(data === undefined || change.deposed ? {} : { data }),
    ...(relief === undefined ? {} : { relief }),
    ...(twin === undefined ? {} : { renamedTo: twin.address }),
    takes: [
      ...(type.takes === undefined ? [] : [type.takes]),
      ...new Set([...takenBy(change, dependents, changing), ...heldBy(change, holders)]),
    ],
  };
}

/** Only those that lose the very attribute they name: a tag taken from a subnet is no dependence. */
function takenBy(
  change: Change,
  dependents: ReadonlyMap<string, readonly string[]>,
  changing: ReadonlyMap<string, readonly Change[]>,
): string[] {
  const names = dependents.get(key(change.stack, configAddress(change.address))) ?? [];
  return names
    .flatMap((name) => changing.get(name) ?? [])
    .filter((other) => other.address !== change.address)
    .filter((other) => other.action !== 'update' || other.differences.some(({ after }) => after === UNKNOWN))
    .map((other) => `${other.address} (${PAST[other.action] ?? other.action})`);
}

type Holders = ReadonlyMap<string, readonly string[]>;

/** Who gives up which value: a resource that is gone from the code is named by its id only. */
function holdersOf(changes: readonly Change[]): Holders {
  const holders = new Map<string, string[]>();
  for (const change of changes) {
    if (change.action !== 'update' && change.action !== 'replace') continue;
    for (const { before } of [...change.differences, ...change.forcedBy]) {
      for (const value of texts(before)) {
        const known = holders.get(value) ?? [];
        known.push(`${change.address} (${PAST[change.action] ?? change.action})`);
        holders.set(value, known);
      }
    }
  }
  return holders;
}

function heldBy(change: Change, holders: Holders): readonly string[] {
  const ids = new Set(['id', 'arn'].flatMap((name) => texts(field(change.before, name)).filter((id) => id.length > 6)));
  return [...ids].flatMap((id) => holders.get(id) ?? []).filter((holder) => !holder.startsWith(`${change.address} (`));
}

function isAlike(gone: Change, made: Change): boolean {
  if (gone.type !== made.type || gone.stack !== made.stack || !isMap(made.after)) return false;
  const known = Object.entries(made.after).filter(([, value]) => !isNothing(value) && !(value instanceof Unknown));
  return known.length >= 2 && known.every(([name, value]) => equal(value, field(gone.before, name)));
}

const PAST: Readonly<Record<string, string>> = { update: 'updated', replace: 'replaced', delete: 'destroyed' };

/** Who among the changing names whom. */
function dependentsOf(
  changing: ReadonlyMap<string, readonly Change[]>,
  references: References,
): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const [from, [change]] of changing) {
    if (change === undefined) continue;
    for (const { address } of references.get(from) ?? []) {
      const at = key(change.stack, address);
      const known = dependents.get(at) ?? [];
      if (!known.includes(from)) known.push(from);
      dependents.set(at, known);
    }
  }
  return dependents;
}

/** What the settings of the old resource say about its data. */
function dataOf(change: Change, data: string | undefined): { data?: string; relief?: string } {
  if (data === undefined) return {};
  const old = (name: string): Value | undefined => field(change.before, name);
  switch (change.type) {
    case 'aws_db_instance':
    case 'aws_rds_cluster': {
      if (old('skip_final_snapshot') === true) return { data: `${data} (no final snapshot is taken)` };
      const snapshot = text(old('final_snapshot_identifier'));
      return snapshot === undefined
        ? { data, relief: 'no final snapshot is named, so AWS refuses the deletion' }
        : { data, relief: `a final snapshot ${snapshot} is taken first` };
    }
    case 'aws_s3_bucket':
      return old('force_destroy') === true ? { data } : { data, relief: 'AWS refuses while the bucket holds objects' };
    case 'aws_ecr_repository':
      return old('force_delete') === true
        ? { data }
        : { data, relief: 'AWS refuses while the repository holds images' };
    case 'aws_cloudwatch_log_group':
      return old('skip_destroy') === true ? {} : { data };
    case 'aws_kms_key':
      return { data, relief: `it can be called back for ${number(old('deletion_window_in_days')) ?? 30} days` };
    case 'aws_secretsmanager_secret': {
      const days = number(old('recovery_window_in_days')) ?? 30;
      return days === 0 ? { data } : { data, relief: `it can be called back for ${days} days` };
    }
    case 'aws_instance':
      return field(change.before, 'root_block_device', 0, 'delete_on_termination') === false ? {} : { data };
    default:
      return { data };
  }
}

export function lossFacts(loss: Loss): Fact[] {
  const base = { stack: loss.stack, address: loss.address, type: loss.type, tier: loss.tier } as const;
  const whole = `the ${loss.noun} is ${loss.how}`;
  if (loss.data !== undefined)
    return [{ ...base, kind: 'data-lost', subject: loss.how, text: `${whole}: ${loss.data}` }];
  const why =
    loss.forcedBy.length === 0
      ? loss.reason
      : `${loss.forcedBy.map(({ path }) => path.join('.')).join(', ')} cannot change in place`;
  const renamed =
    loss.renamedTo === undefined ? '' : `; ${loss.renamedTo} is created just like it, so it may only be renamed`;
  return [{ ...base, kind: loss.how, text: why === undefined ? whole : `${whole}: ${why}${renamed}` }];
}
