import { equal, isList, isMap, isNothing, text, UNKNOWN, Unknown, type Value } from './value';

/** One attribute, at the smallest path that says it: `container_definitions.backend.image`. */
export interface Difference {
  readonly path: readonly string[];
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: Value;
  readonly after?: Value;
}

/** What differs between two values, as structures: lists of named things are matched by name, lists of words as sets. */
export function differences(
  before: Value | undefined,
  after: Value | undefined,
  path: readonly string[] = [],
): Difference[] {
  // Terraform's older plug-ins write "" for nothing, and a plan null.
  if (equal(before, after) || (isBlank(before) && isBlank(after))) return [];
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  if (isList(before) && isList(after)) return listDifferences(before, after, path);
  if (isNothing(before)) return [{ path, kind: 'added', after: after ?? null }];
  if (isNothing(after)) return [{ path, kind: 'removed', before: before ?? null }];
  return [{ path, kind: 'changed', before: before ?? null, after: after ?? null }];
}

function isBlank(value: Value | undefined): boolean {
  return value === '' || isNothing(value);
}

function listDifferences(before: readonly Value[], after: readonly Value[], path: readonly string[]): Difference[] {
  const names = commonNames(before, after);
  if (names !== undefined) {
    const [old, young] = names;
    return [...new Set([...old.keys(), ...young.keys()])].flatMap((name) =>
      namedDifferences(old.get(name), young.get(name), [...path, name]),
    );
  }
  if ([...before, ...after].every((item) => !isMap(item) && !isList(item))) return wordDifferences(before, after, path);
  // A single block is written as a list of one: its index says nothing.
  if (before.length === 1 && after.length === 1) return differences(before[0], after[0], path);
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) =>
    differences(before[index], after[index], [...path, String(index)]),
  ).flat();
}

/** `{name, value}` pairs read as one attribute; anything else shows what is inside. */
function namedDifferences(before: Value | undefined, after: Value | undefined, path: readonly string[]): Difference[] {
  return differences(pairValue(before), pairValue(after), path);
}

function pairValue(item: Value | undefined): Value | undefined {
  if (!isMap(item)) return item;
  const keys = Object.keys(item);
  if (keys.length !== 2 || !('name' in item)) return item;
  return item['value'] ?? item['valueFrom'] ?? item;
}

function wordDifferences(before: readonly Value[], after: readonly Value[], path: readonly string[]): Difference[] {
  const has = (list: readonly Value[], item: Value): boolean => list.some((other) => equal(other, item));
  const removed = before.filter((item) => !has(after, item));
  const added = after.filter((item) => !has(before, item));
  if (removed.length === 0 && added.length === 0) return [{ path, kind: 'changed', before, after }];
  return [
    ...removed.map((item): Difference => ({ path, kind: 'removed', before: item })),
    ...added.map((item): Difference => ({ path, kind: 'added', after: item })),
  ];
}

const NAMES = [
  'name',
  'Sid',
  'sid',
  'key',
  'key_name',
  'id',
  'rule_id',
  'priority',
  'containerPort',
  'device_name',
  'containerPath',
];

function commonNames(
  before: readonly Value[],
  after: readonly Value[],
): [Map<string, Value>, Map<string, Value>] | undefined {
  for (const key of NAMES) {
    const old = byName(before, key);
    const young = byName(after, key);
    if (old !== undefined && young !== undefined && old.size + young.size > 0) return [old, young];
  }
  return undefined;
}

function byName(list: readonly Value[], key: string): Map<string, Value> | undefined {
  const named = new Map<string, Value>();
  for (const item of list) {
    const value = isMap(item) ? item[key] : undefined;
    const name = typeof value === 'number' ? String(value) : text(value);
    if (name === undefined || name === '' || named.has(name)) return undefined;
    named.set(name, item);
  }
  return named;
}

export function isUnknown(difference: Difference): boolean {
  return difference.after === UNKNOWN || difference.after instanceof Unknown;
}

export function pathText(path: readonly string[]): string {
  return path.join('.');
}
