import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * A value that exists only while Terraform runs, made by an ephemeral resource.
 *
 * cdktf 0.21 has no classes for ephemeral resources (hashicorp/terraform-cdk#3886), so this one function writes the block
 * by override and returns a reference. Feed it to write-only arguments only: Terraform refuses it anywhere else.
 */
function ephemeral(
  scope: Construct,
  type: string,
  block: Readonly<Record<string, unknown>>,
  attribute: string,
): string {
  const stack = TerraformStack.of(scope);
  const id = scope.node.path
    .split('/')
    .slice(1)
    .join('_')
    .replace(/[^A-Za-z0-9_]/g, '_');
  stack.addOverride(`ephemeral.${type}.${id}`, block);
  return `\${ephemeral.${type}.${id}.${attribute}}`;
}

/** A new random password of `length` letters and digits, another one at every run. */
export function randomPassword(scope: Construct, length: number): string {
  return ephemeral(
    scope,
    'aws_secretsmanager_random_password',
    { password_length: length, exclude_punctuation: true },
    'random_password',
  );
}

/** What an SSM parameter holds at the moment. */
export function parameterValue(scope: Construct, parameterArn: string): string {
  return ephemeral(scope, 'aws_ssm_parameter', { arn: parameterArn, with_decryption: true }, 'value');
}
