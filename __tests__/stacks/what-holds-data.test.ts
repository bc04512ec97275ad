import { expect, test } from 'vitest';
import { environments } from '../../src/config/environments';
import { stacksOf } from '../support/environments';

/** What Terraform refuses to destroy or replace, as `type construct`. */
function lasting(environment: 'test' | 'prod'): string[] {
  return Object.values(stacksOf(environments[environment]))
    .flatMap(({ resources }) => resources)
    .filter(({ attributes }) => (attributes.lifecycle as { prevent_destroy?: boolean } | undefined)?.prevent_destroy)
    .map(({ type, id }) => `${type} ${id.replace(/_[0-9A-F]{8}$/, '')}`)
    .sort();
}

test('prod keeps what holds data: a plan that would lose it fails', () => {
  expect(lasting('prod')).toEqual([
    'aws_db_instance Database_Instance',
    'aws_ecr_repository BackendRepository',
    'aws_ecr_repository FrontendRepository',
    'aws_kms_key DataKey',
    'aws_kms_key LogsKey',
    'aws_s3_bucket AccessLogs_Bucket',
  ]);
});

test('test lets go of everything: its workspaces come and go', () => {
  expect(lasting('test')).toEqual([]);
});
