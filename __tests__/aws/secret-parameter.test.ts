import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { expect, test } from 'vitest';
import { SecretParameter } from '../../src/aws/secret-parameter';
import { keyIn } from '../support/fixtures';
import { Synthesized } from '../support/synth';

function parameter(version: number) {
  return Synthesized.scope((scope) => {
    const key = keyIn(scope);
    new SecretParameter(scope, 'Password', { name: '/shop/test/password', description: 'a password', key, version });
  }).only(SsmParameter);
}

test('is written and never read back into a state', () => {
  expect(parameter(1)).toMatchObject({ type: 'SecureString', value_wo_version: 1 });
  expect(parameter(1).value_wo).toMatch(/^\$\{ephemeral\.aws_secretsmanager_random_password\.\w+\.random_password\}$/);
  expect(parameter(1)).not.toHaveProperty('value');
});

test('names its key otherwise in each version, because the provider tells SSM the key only when it changes', () => {
  const [first, second, third] = [1, 2, 3].map((version) => parameter(version).key_id);
  expect(first).toMatch(/^\$\{aws_kms_key\.\w+\.arn\}$/);
  expect(second).toMatch(/^\$\{aws_kms_alias\.\w+\.name\}$/);
  expect(third).toBe(first);
});
