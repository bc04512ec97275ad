import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key';

export interface RepositoryProps {
  readonly name: string;
  readonly key: EncryptionKey;

  /** How many images to keep for rolling back. @default 30 */
  readonly keepImages?: number;

  /** Whether it may be deleted, with all that it holds; otherwise Terraform refuses to plan it. @default false */
  readonly forceDelete?: boolean;
}

/** A registry for one image: a tag, once pushed, never means anything else. */
export class Repository extends Construct {
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>` */
  public readonly url: string;
  public readonly arn: string;
  public readonly name: string;

  public constructor(scope: Construct, id: string, props: RepositoryProps) {
    super(scope, id);
    const { keepImages = 30, forceDelete = false } = props;
    const repository = new EcrRepository(this, 'Repository', {
      name: props.name,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: 'KMS', kmsKey: props.key.arn }],
      forceDelete,
      ...(!forceDelete && { lifecycle: { preventDestroy: true } }),
    });
    new EcrLifecyclePolicy(this, 'Lifecycle', {
      repository: repository.name,
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: `keep the newest ${keepImages} images`,
            selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: keepImages },
            action: { type: 'expire' },
          },
        ],
      }),
    });
    this.url = repository.repositoryUrl;
    this.arn = repository.arn;
    this.name = props.name;
  }
}
