/** What Terraform says about one resource while it works: `aws_vpc.Network_Vpc: Creation complete after 10s`. */
const RESOURCE =
  /(aws_\w+\.\S+): (Creating|Creation complete|Modifying|Modifications complete|Destroying|Destruction complete|Still \w+)/;

/** The line for a progress display, or nothing when it tells a person nothing. */
export function shortTerraformLine(line: string): string | undefined {
  const [, address, what] = RESOURCE.exec(line) ?? [];
  if (address === undefined || what === undefined) return undefined;
  return `${address.replace(/^aws_/, '')}: ${what.toLowerCase()}`;
}
