import { Sensitive, UNKNOWN, type Value } from './value';

// Shorter secrets ("true", "80", "admin") would blank half of every report; where they are marked they are hidden all the same.
const SHORTEST = 6;

const SECRET_NAME =
  /(^|[_\-.])(password|passwd|passphrase|secret|token|api[_-]?key|app[_-]?key|private[_-]?key|access[_-]?key|secret[_-]?key|credentials?|connection[_-]?string)$/i;

// What gives itself away by its form, whoever forgot to mark it: AWS key ids, private keys, passwords in an URL.
const SECRET_FORM =
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|(?<=:\/\/[^\s:/@]{1,64}:)[^\s/@]+(?=@)|\bgh[pousr]_[A-Za-z0-9]{36,}\b/g;

/** A name whose value nobody should read, whether Terraform knows it or not: `DB_PASSWORD`, `api_key`. */
export function namesSecret(name: string): boolean {
  // camelCase counts too: clientSecret
  return SECRET_NAME.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2'));
}

/**
 * Keeps every secret of a set of plans, so that one marked in a place is also hidden where a mark is missing (a template, a
 * remote state, an error text).
 */
export class Vault {
  private readonly identities = new Map<string, number>();
  private readonly byStart = new Map<string, string[]>();
  private readonly firstCharacters = new Set<number>();
  private readonly scrubbed = new Map<string, string>();

  /** Remembers what `marks` says is secret: `true` at a leaf or above one, the same shape as the value elsewhere. */
  collect(value: unknown, marks: unknown): void {
    if (marks === true) {
      this.keep(value);
    } else if (Array.isArray(value) && Array.isArray(marks)) {
      value.forEach((item, index) => {
        this.collect(item, (marks as unknown[])[index]);
      });
    } else if (isRecord(value) && isRecord(marks)) {
      for (const [key, mark] of Object.entries(marks)) this.collect(value[key], mark);
    }
  }

  /** The value as a report may see it. */
  seal(value: unknown, marks: unknown, unknowns: unknown): Value {
    if (marks === true)
      return value === null || value === undefined ? (unknowns === true ? UNKNOWN : null) : this.hide(value);
    if (unknowns === true) return UNKNOWN;
    if (typeof value === 'string') return this.sealText(value);
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    if (Array.isArray(value)) return value.map((item, index) => this.seal(item, at(marks, index), at(unknowns, index)));
    if (isRecord(value)) {
      const keys = isRecord(unknowns) ? new Set([...Object.keys(value), ...Object.keys(unknowns)]) : Object.keys(value);
      // A pair such as {name: "DB_PASSWORD", value: "…"} names its secret beside it.
      const pairIsSecret = typeof value['name'] === 'string' && namesSecret(value['name']);
      const sealed: Record<string, Value> = {};
      for (const key of keys) {
        const item = value[key];
        const secret =
          typeof item === 'string' && item !== '' && (namesSecret(key) || (pairIsSecret && key === 'value'));
        const shown = secret ? this.hide(item) : this.seal(item, at(marks, key), at(unknowns, key));
        // Object.defineProperty: a plan may hold a key called __proto__.
        Object.defineProperty(sealed, this.scrub(key), { value: shown, enumerable: true });
      }
      return sealed;
    }
    return null;
  }

  /** A text without any known secret, and without what looks like one. */
  scrub(whole: string): string {
    const known = this.scrubbed.get(whole);
    if (known !== undefined) return known;
    let result = this.withoutKnown(whole);
    if (/AKIA|ASIA|PRIVATE KEY|:\/\/|gh[pousr]_/.test(result)) result = result.replace(SECRET_FORM, '(sensitive)');
    if (this.scrubbed.size < 50_000) this.scrubbed.set(whole, result);
    return result;
  }

  /** JSON inside a string (container definitions, policies) is read as what it is: it can name secrets of its own. */
  private sealText(whole: string): Value {
    if (/^\s*[[{]/.test(whole)) {
      try {
        const parsed: unknown = JSON.parse(whole);
        if (typeof parsed === 'object' && parsed !== null) return this.seal(parsed, false, false);
      } catch {
        // Not JSON after all: an ordinary text.
      }
    }
    return this.scrub(whole);
  }

  private hide(value: unknown): Sensitive {
    const key = JSON.stringify(value);
    const identity = this.identities.get(key) ?? this.identities.size + 1;
    this.identities.set(key, identity);
    return new Sensitive(identity);
  }

  private keep(value: unknown): void {
    if (typeof value === 'string') {
      const escaped = JSON.stringify(value).slice(1, -1);
      for (const form of new Set([value, escaped, Buffer.from(value).toString('base64'), encode(value)]))
        this.remember(form);
    } else if (typeof value === 'number') {
      this.remember(String(value));
    } else if (Array.isArray(value) || isRecord(value)) {
      Object.values(value).forEach((item) => {
        this.keep(item);
      });
    }
  }

  private remember(secret: string): void {
    if (secret.length < SHORTEST) return;
    const start = secret.slice(0, SHORTEST);
    const list = this.byStart.get(start) ?? [];
    if (list.includes(secret)) return;
    list.push(secret);
    list.sort((a, b) => b.length - a.length);
    this.byStart.set(start, list);
    this.firstCharacters.add(secret.charCodeAt(0));
    this.scrubbed.clear();
  }

  private withoutKnown(whole: string): string {
    if (this.byStart.size === 0 || whole.length < SHORTEST) return whole;
    let result = '';
    let from = 0;
    for (let index = 0; index <= whole.length - SHORTEST; index += 1) {
      if (!this.firstCharacters.has(whole.charCodeAt(index))) continue;
      const found = this.byStart
        .get(whole.slice(index, index + SHORTEST))
        ?.find((secret) => whole.startsWith(secret, index));
      if (found === undefined) continue;
      result += `${whole.slice(from, index)}(sensitive)`;
      from = index + found.length;
      index = from - 1;
    }
    return from === 0 ? whole : result + whole.slice(from);
  }
}

/** A lone surrogate has no URL form; the other forms still stand. */
function encode(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
}

function at(marks: unknown, key: string | number): unknown {
  if (marks === true) return true;
  if (Array.isArray(marks) && typeof key === 'number') return marks[key] as unknown;
  return isRecord(marks) && Object.hasOwn(marks, key) ? marks[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
