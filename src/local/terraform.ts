import { terraformConfig, type TerraformConfig } from './terraform-config';
import type { LocalSettings } from './settings';

/** The AWS provider of the bindings: @cdktf/provider-aws 20.1.0 asks for exactly this one. */
export const AWS_PROVIDER = { source: 'hashicorp/aws', version: '5.100.0' };

/** Where Terraform takes the providers of the local stacks from. */
export function localTerraform({
  stateFolder,
  environment,
}: Pick<LocalSettings, 'stateFolder' | 'environment'>): Promise<TerraformConfig> {
  return terraformConfig({ stateFolder, environment, providers: [AWS_PROVIDER] });
}
