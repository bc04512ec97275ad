import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { describe, expect, test } from 'vitest';
import { Repository, type RepositoryProps } from '../../src/aws/repository';
import { keyIn } from '../support/fixtures';
import { Synthesized } from '../support/synth';

function repository(overrides: Partial<RepositoryProps> = {}): Synthesized {
  return Synthesized.scope((scope) => {
    new Repository(scope, 'Web', { name: 'shop/pe/web', key: keyIn(scope), ...overrides });
  });
}

describe('Repository', () => {
  test('never lets a tag mean something else, scans and encrypts', () => {
    expect(repository().only(EcrRepository)).toMatchObject({
      image_tag_mutability: 'IMMUTABLE',
      image_scanning_configuration: { scan_on_push: true },
      encryption_configuration: [{ encryption_type: 'KMS' }],
      force_delete: false,
    });
  });

  test('keeps enough images to roll back', () => {
    expect(JSON.parse(String(repository({ keepImages: 5 }).only(EcrLifecyclePolicy).policy))).toMatchObject({
      rules: [{ selection: { countType: 'imageCountMoreThan', countNumber: 5 }, action: { type: 'expire' } }],
    });
  });
});
