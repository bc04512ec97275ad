import { factAbout, type Fact } from './fact';
import type { Change } from './model';
import { field, isNothing, number, UNKNOWN, type Value } from './value';

interface Guard {
  readonly kind: 'encryption-off' | 'protection-off';
  readonly types: RegExp;
  readonly path: readonly (string | number)[];
  /** True when the second state guards less than the first. */
  readonly weaker: (before: Value | undefined, after: Value | undefined) => boolean;
  readonly text: string;
}

const turnedOff = (before: Value | undefined, after: Value | undefined): boolean =>
  before === true && after !== true && after !== UNKNOWN;
const turnedOn = (before: Value | undefined, after: Value | undefined): boolean => before !== true && after === true;
const removed = (before: Value | undefined, after: Value | undefined): boolean =>
  !isNothing(before) && isNothing(after);
const lower = (before: Value | undefined, after: Value | undefined): boolean =>
  (number(after) ?? Infinity) < (number(before) ?? 0);
/** Log groups: 0 or nothing is "for ever". */
const shorter = (before: Value | undefined, after: Value | undefined): boolean =>
  (number(after) ?? 0) > 0 && (number(after) ?? 0) < (number(before) === 0 ? Infinity : (number(before) ?? Infinity));
const not =
  (good: string) =>
  (before: Value | undefined, after: Value | undefined): boolean =>
    before === good && after !== good && after !== UNKNOWN;

const GUARDS: readonly Guard[] = [
  {
    kind: 'encryption-off',
    types: /./,
    path: ['storage_encrypted'],
    weaker: turnedOff,
    text: 'storage is no longer encrypted',
  },
  { kind: 'encryption-off', types: /./, path: ['encrypted'], weaker: turnedOff, text: 'it is no longer encrypted' },
  {
    kind: 'encryption-off',
    types: /./,
    path: ['at_rest_encryption_enabled'],
    weaker: turnedOff,
    text: 'it is no longer encrypted at rest',
  },
  {
    kind: 'encryption-off',
    types: /./,
    path: ['transit_encryption_enabled'],
    weaker: turnedOff,
    text: 'traffic is no longer encrypted',
  },
  {
    kind: 'encryption-off',
    types: /^aws_(db|rds|cloudwatch_log|sns|sqs|ecr|ssm|secretsmanager)_/,
    path: ['kms_key_id'],
    weaker: removed,
    text: 'its own encryption key is removed',
  },
  {
    kind: 'encryption-off',
    types: /^aws_ssm_parameter$/,
    path: ['type'],
    weaker: not('SecureString'),
    text: 'the parameter is no longer encrypted',
  },
  {
    kind: 'encryption-off',
    types: /^aws_lb_listener$/,
    path: ['protocol'],
    weaker: not('HTTPS'),
    text: 'the listener no longer speaks TLS',
  },
  {
    kind: 'protection-off',
    types: /./,
    path: ['deletion_protection'],
    weaker: turnedOff,
    text: 'deletion protection is turned off',
  },
  {
    kind: 'protection-off',
    types: /./,
    path: ['enable_deletion_protection'],
    weaker: turnedOff,
    text: 'deletion protection is turned off',
  },
  {
    kind: 'protection-off',
    types: /./,
    path: ['deletion_protection_enabled'],
    weaker: turnedOff,
    text: 'deletion protection is turned off',
  },
  {
    kind: 'protection-off',
    types: /^aws_(db|rds)_/,
    path: ['skip_final_snapshot'],
    weaker: turnedOn,
    text: 'no final snapshot will be taken',
  },
  {
    kind: 'protection-off',
    types: /^aws_(db|rds)_/,
    path: ['backup_retention_period'],
    weaker: lower,
    text: 'backups are kept for a shorter time',
  },
  {
    kind: 'protection-off',
    types: /^aws_db_/,
    path: ['multi_az'],
    weaker: turnedOff,
    text: 'the standby in a second zone is given up',
  },
  {
    kind: 'protection-off',
    types: /^aws_cloudwatch_log_group$/,
    path: ['retention_in_days'],
    weaker: shorter,
    text: 'logs are kept for a shorter time',
  },
  {
    kind: 'protection-off',
    types: /^aws_s3_/,
    path: ['force_destroy'],
    weaker: turnedOn,
    text: 'the bucket may be destroyed with its objects',
  },
  {
    kind: 'protection-off',
    types: /^aws_ecr_/,
    path: ['force_delete'],
    weaker: turnedOn,
    text: 'the repository may be destroyed with its images',
  },
  {
    kind: 'protection-off',
    types: /^aws_ecr_/,
    path: ['image_tag_mutability'],
    weaker: not('IMMUTABLE'),
    text: 'image tags may be overwritten',
  },
  {
    kind: 'protection-off',
    types: /^aws_kms_key$/,
    path: ['enable_key_rotation'],
    weaker: turnedOff,
    text: 'the key is no longer rotated',
  },
  {
    kind: 'protection-off',
    types: /^aws_lb$/,
    path: ['drop_invalid_header_fields'],
    weaker: turnedOff,
    text: 'invalid headers are no longer dropped',
  },
  ...['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].map(
    (name): Guard => ({
      kind: 'protection-off',
      types: /^aws_s3_/,
      path: [name],
      weaker: turnedOff,
      text: `${name} is turned off: the bucket may become public`,
    }),
  ),
];

// Each of these guards something else: without it, that stands open.
const GUARDIANS: Readonly<Record<string, string>> = {
  aws_wafv2_web_acl_association: 'the web firewall no longer stands before it',
  aws_s3_bucket_public_access_block: 'the bucket may become public',
  aws_s3_bucket_server_side_encryption_configuration: 'the bucket falls back to its default encryption',
  aws_s3_bucket_versioning: 'overwritten objects can no longer be brought back',
  aws_ecs_task_definition: '',
  aws_cloudwatch_metric_alarm: 'nobody is told any more',
  datadog_monitor: 'nobody is told any more',
  aws_flow_log: 'network traffic is no longer recorded',
};

/** What is guarded less after this plan than before it. */
export function weakeningsOf(change: Change): Fact[] {
  if (change.action === 'delete') {
    const sentence = GUARDIANS[change.type];
    return sentence === undefined || sentence === ''
      ? []
      : [factAbout(change, { kind: 'protection-off', text: sentence, subject: change.type })];
  }
  if (change.action !== 'update' && change.action !== 'replace') return [];
  return GUARDS.filter(
    ({ types, path, weaker }) =>
      types.test(change.type) && weaker(field(change.before, ...path), field(change.after, ...path)),
  ).map(({ kind, path, text: sentence }) => factAbout(change, { kind, subject: String(path.at(-1)), text: sentence }));
}
