/** Who holds the lock of a state, in Terraform's words. */
export interface LockInfo {
  readonly id: string;

  /** The state: `<bucket>/<key>`, or its key alone. */
  readonly path: string;
  readonly operation: string;
  readonly who: string;
  readonly created: string;
}

/** The lock that Terraform's error is about, or nothing when the error is another. */
export function lockInFailure(lines: readonly string[]): LockInfo | undefined {
  const text = lines.join('\n');
  if (!/Error acquiring the state lock/.test(text)) return undefined;
  const field = (name: string): string =>
    new RegExp(`^[^\\w\\n]*(?:\\S+ +)?\\W*${name}:[ \\t]+(.+?)\\s*$`, 'm').exec(text)?.[1] ?? 'unknown';
  return {
    id: field('ID'),
    path: field('Path'),
    operation: field('Operation'),
    who: field('Who'),
    created: field('Created'),
  };
}

/** Says who is at it and what to do, once for everyone who comes second. */
export function lockText({ id, path, operation, who, created }: LockInfo, now: Date = new Date()): string {
  const stack = /([^/]+)\.tfstate$/.exec(path)?.[1] ?? path;
  return [
    `the state of ${stack} is locked: ${words(operation)} by ${who}, ${since(created, now)}; nothing was changed`,
    `  wait until that ends and try again; if it died, release the lock in the folder of the stack: terraform force-unlock ${id}`,
  ].join('\n');
}

function words(operation: string): string {
  return operation.replace(/^OperationType/, '').toLowerCase();
}

/** Terraform writes `2026-11-24 22:45:30.123456789 +0000 UTC`, its lock file RFC 3339. */
function since(created: string, now: Date): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/.exec(created) ?? [];
  if (day === undefined || time === undefined) return `since ${created}`;
  const seconds = Math.round((now.getTime() - Date.parse(`${day}T${time}Z`)) / 1000);
  const ago = seconds < 120 ? `${Math.max(0, seconds)} s` : `${Math.round(seconds / 60)} min`;
  return `since ${day} ${time} UTC (${ago} ago)`;
}
