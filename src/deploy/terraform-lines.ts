import { STOPPING } from '../local/interruption';
import { terraformErrors } from '../local/terraform-lines';
import { lockInFailure, lockText } from './lock';

/** What one apply did, as Terraform counts. */
export interface Counts {
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
}

/** The cause of a failure, without Terraform's frames and cdktf's prefixes; a held lock in words of ours. */
export function causeOf(lines: readonly string[]): string {
  const lock = lockInFailure(lines);
  if (lock !== undefined) return lockText(lock);
  return terraformErrors(lines);
}

/** What each stack's apply did, from the lines of `cdktf deploy`. */
export function countsOf(lines: readonly string[]): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const line of lines) {
    const found =
      /^(\S+)\s.*Apply complete! Resources: (?:\d+ imported, )?(\d+) added, (\d+) changed, (\d+) destroyed/.exec(line);
    if (found === null) continue;
    const [, stack = '', added, changed, destroyed] = found;
    counts.set(stack, { added: Number(added), changed: Number(changed), destroyed: Number(destroyed) });
  }
  return counts;
}

const RESOURCE =
  /([a-z0-9]+_\w+\.[^\s:]+)(?: \([^)]*\))?: (Creating|Creation complete|Modifying|Modifications complete|Destroying|Destruction complete|Still \w+)/;

/** The line for a progress display, or nothing when it tells a person nothing. */
export function progressLine(line: string): string | undefined {
  if (line === STOPPING) return line;
  const [, address, what] = RESOURCE.exec(line) ?? [];
  return address === undefined || what === undefined ? undefined : `${address}: ${what.toLowerCase()}`;
}
