import type { Change } from './model';
import { equal, field, isList, text, type Value } from './value';

/**
 * What changed outside Terraform, and nothing else. A refresh also finds in a resource what others of the same
 * configuration put there: the rules of a security group, the policies of a role. That is no news, unless there is more
 * of it than the configuration has.
 */
export function outsideChanges(drift: readonly Change[], changes: readonly Change[]): Change[] {
  return drift
    .map((change) => ({
      ...change,
      differences: change.differences.filter(
        ({ path: [attribute = ''], kind, after }) =>
          // The provider fills in a default.
          !(kind === 'added' && after === false) && !isExplained(change, attribute, changes),
      ),
    }))
    .filter(({ differences, action }) => differences.length > 0 || action === 'delete');
}

/** Who writes an attribute of another resource, and how one element of it is told to be theirs. */
interface Writer {
  readonly type: string;
  /** The writer's argument that names the resource, and what of the resource it names. */
  readonly points: readonly [argument: string, attribute: string];
  /** Undefined: the writer holds the whole attribute and reports a change of it itself. */
  readonly wrote?: (element: Value, writers: readonly Value[]) => boolean;
}

const named =
  (argument: string, attribute?: string) =>
  (element: Value, writers: readonly Value[]): boolean => {
    const name = attribute === undefined ? element : field(element, attribute);
    return writers.some((writer) => same(field(writer, argument), name));
  };

const bucketPart = (type: string): Writer => ({ type: `aws_s3_bucket_${type}`, points: ['bucket', 'id'] });
const ruleOf = (direction: 'ingress' | 'egress'): Writer => ({
  type: `aws_vpc_security_group_${direction}_rule`,
  points: ['security_group_id', 'id'],
  wrote: wroteRules,
});

const WRITERS: Readonly<Record<string, Readonly<Record<string, Writer | 'others'>>>> = {
  aws_iam_role: {
    inline_policy: { type: 'aws_iam_role_policy', points: ['role', 'id'], wrote: named('name', 'name') },
    managed_policy_arns: {
      type: 'aws_iam_role_policy_attachment',
      points: ['role', 'id'],
      wrote: named('policy_arn'),
    },
  },
  aws_route_table: {
    route: {
      type: 'aws_route',
      points: ['route_table_id', 'id'],
      wrote: named('destination_cidr_block', 'cidr_block'),
    },
  },
  aws_security_group: { ingress: ruleOf('ingress'), egress: ruleOf('egress') },
  aws_s3_bucket: {
    policy: bucketPart('policy'),
    versioning: bucketPart('versioning'),
    lifecycle_rule: bucketPart('lifecycle_configuration'),
    server_side_encryption_configuration: bucketPart('server_side_encryption_configuration'),
    logging: bucketPart('logging'),
  },
  // Which balancers send to it: the listeners say that.
  aws_lb_target_group: { load_balancer_arns: 'others' },
};

function isExplained(change: Change, attribute: string, changes: readonly Change[]): boolean {
  const writer = WRITERS[change.type]?.[attribute];
  if (writer === undefined) return false;
  if (writer === 'others') return true;
  const [argument, named] = writer.points;
  const writers = changes
    .filter(({ type, before }) => type === writer.type && same(field(before, argument), field(change.after, named)))
    .map(({ before }) => before);
  const { wrote } = writer;
  if (wrote === undefined) return writers.length > 0;
  const [old, young] = [elements(change.before, attribute), elements(change.after, attribute)];
  const added = young.filter((element) => !old.some((other) => equal(other, element)));
  const gone = old.some((element) => !young.some((other) => equal(other, element)));
  return !gone && added.every((element) => wrote(element, writers));
}

function elements(state: Value, attribute: string): readonly Value[] {
  const found = field(state, attribute);
  return isList(found) ? found : [];
}

const SOURCES = {
  cidr_blocks: 'cidr_ipv4',
  ipv6_cidr_blocks: 'cidr_ipv6',
  security_groups: 'referenced_security_group_id',
  prefix_list_ids: 'prefix_list_id',
} as const;

/** A group joins rules of the same ports and description into one: whom it lets in must be someone's, each of them. */
function wroteRules(element: Value, writers: readonly Value[]): boolean {
  const alike = writers.filter(
    (writer) =>
      same(field(element, 'protocol'), field(writer, 'ip_protocol')) &&
      (text(field(writer, 'ip_protocol')) === '-1' ||
        (same(field(element, 'from_port'), field(writer, 'from_port')) &&
          same(field(element, 'to_port'), field(writer, 'to_port')))),
  );
  return Object.entries(SOURCES).every(([attribute, argument]) =>
    elements(element, attribute).every((source) => alike.some((writer) => same(field(writer, argument), source))),
  );
}

function same(a: Value | undefined, b: Value | undefined): boolean {
  return a !== undefined && b !== undefined && a !== null && equal(a, b);
}
