import { STOPPING } from './interruption';

/** What Terraform says about one resource while it works: `aws_vpc.Network_Vpc_5A (Network/Vpc): Creation complete …`. */
const RESOURCE =
  /aws_\w+\.(\S+?)(?: \(([^)]+)\))?: (Creating|Creation complete|Modifying|Modifications complete|Destroying|Destruction complete)/;

/** The line for a progress display, or nothing when it tells a person nothing. */
export function shortTerraformLine(line: string): string | undefined {
  if (line === STOPPING) return line;
  const [, address, path, what] = RESOURCE.exec(line) ?? [];
  if (address === undefined || what === undefined) return undefined;
  return `${path ?? address}: ${what.toLowerCase()}`;
}

/** Where an error begins: with cdktf's name of the stack before it, in Terraform's frame, or bare. */
const ERROR = /^(?:\S+ {2,}|\s*)(?:│\s*)?(Error: .*)$/;

/** What belongs to an error is indented or framed. */
const MORE = /^(?:\s|(?:\S+ {2,})?│)/;
const LONGEST_CAUSE = 12;

/** What Terraform says of a failure, without its frames and cdktf's prefixes; nothing when it says nothing. */
export function terraformErrors(lines: readonly string[]): string {
  const found: string[] = [];
  let inError = false;
  for (const line of lines) {
    const [, begin] = ERROR.exec(line) ?? [];
    inError = begin !== undefined || (inError && MORE.test(line));
    const text = begin ?? line.replace(/^(?:\S+ {2,}|\s*)│/, '').trim();
    if (inError && text !== '') found.push(text);
  }
  return found.slice(0, LONGEST_CAUSE).join('\n');
}

/** Whether an apply failed because what it was to make is there, and in no state: a run that was cut off made it. */
export function isInTheWay(cause: string): boolean {
  return /already ?exists|AlreadyOwned/i.test(cause);
}
