import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key';
import type { Parameter } from './parameter';
import { parameterValue, randomPassword } from './ephemeral';

const PASSWORD_LENGTH = 32;

export interface SecretParameterProps {
  /** With slashes: `/cloudpe/test/database/password`. */
  readonly name: string;
  readonly description: string;
  readonly key: EncryptionKey;

  /** Raise it to write a new value. */
  readonly version: number;

  /**
   * A reference to an ephemeral value.
   *
   * @default - a random password of 32 letters and digits
   */
  readonly value?: string;
}

/** A SecureString that Terraform writes and never reads back: no state, plan or output holds its value. */
export class SecretParameter extends Construct implements Parameter {
  public readonly name: string;
  public readonly arn: string;

  /** The key that decrypts it. */
  public readonly key: EncryptionKey;

  public constructor(scope: Construct, id: string, props: SecretParameterProps) {
    super(scope, id);
    const parameter = new SsmParameter(this, 'Parameter', {
      name: props.name,
      description: props.description,
      type: 'SecureString',
      keyId: keyFor(props),
      valueWo: props.value ?? randomPassword(this, PASSWORD_LENGTH),
      valueWoVersion: props.version,
    });
    this.name = parameter.name;
    this.arn = parameter.arn;
    this.key = props.key;
  }

  /**
   * A reference for a write-only argument of another resource.
   *
   * It reads the parameter back, because a random ephemeral value is a new one each time Terraform evaluates it.
   */
  public get ephemeralValue(): string {
    return parameterValue(this, this.arn);
  }
}

/**
 * The key, by ARN in odd versions and by alias in even ones.
 *
 * The provider tells SSM the key only when `key_id` changes, and without it SSM encrypts a new value with the account's
 * default key: so both change together.
 * https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/ssm/parameter.go
 */
function keyFor({ key, version }: SecretParameterProps): string {
  return version % 2 === 1 ? key.arn : key.alias;
}
