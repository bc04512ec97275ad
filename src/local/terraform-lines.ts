/** What Terraform says about one resource while it works: `aws_vpc.Network_Vpc_5A (Network/Vpc): Creation complete …`. */
const RESOURCE =
  /aws_\w+\.(\S+?)(?: \(([^)]+)\))?: (Creating|Creation complete|Modifying|Modifications complete|Destroying|Destruction complete)/;

/** The line for a progress display, or nothing when it tells a person nothing. */
export function shortTerraformLine(line: string): string | undefined {
  const [, address, path, what] = RESOURCE.exec(line) ?? [];
  if (address === undefined || what === undefined) return undefined;
  return `${path ?? address}: ${what.toLowerCase()}`;
}
