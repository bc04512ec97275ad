/** What a report may know of an attribute: secrets are replaced before anything else sees them. */
export type Value = null | boolean | number | string | Sensitive | Unknown | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

/** Stands where a secret stood. Two of them are equal when the secrets were; what they were is gone. */
export class Sensitive {
  constructor(readonly identity: number) {}
  toString(): string {
    return '(sensitive)';
  }
  toJSON(): string {
    return this.toString();
  }
}

/** A value that Terraform learns only while it applies. */
export class Unknown {
  toString(): string {
    return '(known after apply)';
  }
  toJSON(): string {
    return this.toString();
  }
}
export const UNKNOWN = new Unknown();

export function isMap(value: Value | undefined): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Sensitive) &&
    !(value instanceof Unknown)
  );
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Terraform writes "nothing" as null, [], {} or by leaving it out, and which one changes from plan to plan. */
export function isNothing(value: Value | undefined): boolean {
  if (value === null || value === undefined) return true;
  if (isList(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).length === 0;
}

export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (isNothing(a) && isNothing(b)) return true;
  if (a instanceof Sensitive && b instanceof Sensitive) return a.identity === b.identity;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (isMap(a) && isMap(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => equal(a[key], b[key]));
  return false;
}

export function field(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let at = value;
  for (const step of path) {
    if (typeof step === 'number') at = isList(at) ? at[step] : undefined;
    else at = isMap(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

export function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function number(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** One or many strings, as IAM and Terraform both allow. */
export function texts(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value];
  return isList(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** One line of text for a value, cut to `limit` characters. */
export function show(value: Value | undefined, limit = 120): string {
  if (isNothing(value)) return 'none';
  const whole =
    typeof value === 'string'
      ? value
      : value instanceof Sensitive || value instanceof Unknown
        ? value.toString()
        : JSON.stringify(value);
  if (whole === '') return '""';
  if (whole.length <= limit) return whole;
  return `${whole.slice(0, limit - 1)}… (${whole.length} characters)`;
}
