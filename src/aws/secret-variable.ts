import { TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * A secret that whoever deploys hands in by `TF_VAR_<name>`, as a reference for write-only arguments.
 *
 * Ephemeral, so neither plan nor state keeps it. cdktf 0.21 does not know the argument (hashicorp/terraform-cdk#3886).
 */
export function secretVariable(scope: Construct, name: string, description: string): string {
  const variable = new TerraformVariable(scope, name, { type: 'string', description, sensitive: true });
  variable.addOverride('ephemeral', true);
  variable.overrideLogicalId(name);
  return variable.stringValue;
}
