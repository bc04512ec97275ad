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
      keyId: props.key.arn,
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
