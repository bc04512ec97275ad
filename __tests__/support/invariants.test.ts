import { describe, expect, test } from 'vitest';
import { environments } from '../../src/config/environments';
import { stacksOf } from './environments';
import { choicesOf, clashesOf, INVARIANTS, violationsOf, type Choices } from './invariants';
import { Synthesized } from './synth';

type Block = Record<string, unknown>;
type Blocks = Record<string, Record<string, Block>>;

/** A synthesized stack that a test may spoil. */
class Draft {
  private readonly template: { resource: Blocks; data?: Blocks; output?: Record<string, Block> };

  public constructor(private readonly stack: Synthesized) {
    this.template = JSON.parse(stack.json) as Draft['template'];
  }

  /** Changes the first resource of `type` that `which` picks; `undefined` takes an argument away. */
  public change(type: string, change: Block, which: (block: Block) => boolean = () => true): void {
    const block = Object.values(this.template.resource[type] ?? {}).find(which);
    if (!block) throw new Error(`${this.stack.name} has no such ${type}`);
    Object.assign(block, change);
  }

  public add(type: string, id: string, block: Block): void {
    (this.template.resource[type] ??= {})[id] = block;
  }

  public remove(type: string): void {
    this.template.resource[type] = {};
  }

  public output(name: string, value: string): void {
    (this.template.output ??= {})[name] = { value };
  }

  public read(stack: string): void {
    this.template.data = { terraform_remote_state: { [`cross-stack-reference-input-${stack}`]: {} } };
  }

  public containers(change: (containers: { name: string; environment: Block[] }[]) => void): void {
    const task = Object.values(this.template.resource.aws_ecs_task_definition ?? {})[0] ?? {};
    const containers = JSON.parse(String(task.container_definitions)) as Parameters<typeof change>[0];
    change(containers);
    task.container_definitions = JSON.stringify(containers);
  }

  public get spoilt(): Synthesized {
    return Synthesized.from(this.stack.name, this.template);
  }
}

const { test: row } = environments;
const stacks = stacksOf(row);

function spoilt(stack: string, plant: (draft: Draft) => void): Synthesized {
  const found = stacks[stack];
  if (!found) throw new Error(`${row.name} has no stack ${stack}`);
  const draft = new Draft(found);
  plant(draft);
  return draft.spoilt;
}

/** What the invariants say once `plant` has spoilt one stack of `test`. */
function violations(stack: string, plant: (draft: Draft) => void, choices: Partial<Choices> = {}): string[] {
  const bad = spoilt(stack, plant);
  const others = Object.entries(stacks).flatMap(([name, good]) => (name === stack ? [] : [good]));
  return violationsOf([...others, bad], { ...choicesOf(row), ...choices });
}

const egress = {
  type: 'egress',
  ip_protocol: 'tcp',
  from_port: 443,
  to_port: 443,
  cidr_ipv4: '0.0.0.0/0',
  description: 'way out',
};
const ingress = { ip_protocol: 'tcp', from_port: 22, to_port: 22, cidr_ipv4: '0.0.0.0/0', description: 'shells' };
const policy = (action: string, resource: string) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Action: [action], Resource: [resource] }] });
const unset = undefined;
const reference = (to: string): string => `\${${to}}`;

type Breach = readonly [
  rule: string,
  what: string,
  stack: string,
  plant: (draft: Draft) => void,
  choices?: Partial<Choices>,
];

const NO_VALUE = 'no value that synthesis failed to make';
const SECRET = 'no secret in plain sight';
const OPEN = 'the world reaches ports 80 and 443 of the public balancer';
const OUT = 'tasks reach the world on 443 alone, and only through NAT';
const RULE = 'no rule for every protocol, each rule described';
const ENCRYPTED = 'encrypted at rest';
const PRIVATE = 'nothing is public that should be private';
const WILDCARD = 'no wildcard action, no wildcard resource without a reason';

const BREACHES: readonly Breach[] = [
  [
    NO_VALUE,
    'undefined in a name',
    'foundation',
    (draft) => {
      draft.change('aws_vpc', { tags: { Name: 'shop-undefined' } });
    },
  ],
  [
    NO_VALUE,
    'NaN in a number',
    'foundation',
    (draft) => {
      draft.change('aws_db_instance', { port: 'NaN' });
    },
  ],
  [
    NO_VALUE,
    'null, which NaN becomes in JSON',
    'foundation',
    (draft) => {
      draft.change('aws_db_instance', { port: null });
    },
  ],
  [
    NO_VALUE,
    'an object as text',
    'foundation',
    (draft) => {
      draft.change('aws_vpc', { tags: { Name: '[object Object]' } });
    },
  ],
  [
    NO_VALUE,
    'a token that nobody resolved',
    'application',
    (draft) => {
      draft.output('x', reference('TfToken[TOKEN.7]'));
    },
  ],
  ['stack ids end in the name of a stack', 'another stack', 'images', () => undefined],
  [
    'arrows point one way',
    'a foundation that reads the application',
    'foundation',
    (draft) => {
      draft.read('cloudpe-default-test-application');
    },
  ],
  [
    'only addresses leave a stack',
    'an output with a value',
    'application',
    (draft) => {
      draft.output('greeting', 'hello');
    },
  ],
  [
    'only addresses leave a stack',
    'an output with a password',
    'foundation',
    (draft) => {
      draft.output('p', reference('aws_db_instance.x.password'));
    },
  ],
  [
    SECRET,
    'a password in an environment',
    'application',
    (draft) => {
      draft.containers(([container]) =>
        container?.environment.push({ name: 'DATABASE_PASSWORD', value: 'of-the-test' }),
      );
    },
  ],
  [
    SECRET,
    'a key in an environment',
    'application',
    (draft) => {
      draft.containers(([container]) => container?.environment.push({ name: 'DD_API_KEY', value: 'of-the-test' }));
    },
  ],
  [
    SECRET,
    'a parameter that the state would keep',
    'foundation',
    (draft) => {
      draft.change('aws_ssm_parameter', { value: 'of-the-test' }, ({ type }) => type === 'SecureString');
    },
  ],
  [
    SECRET,
    'a password that the state would keep',
    'foundation',
    (draft) => {
      draft.change('aws_db_instance', { password: 'of-the-test' });
    },
  ],
  [
    'ephemeral values go into write-only arguments',
    'an ephemeral description',
    'foundation',
    (draft) => {
      draft.change('aws_ssm_parameter', { description: reference('ephemeral.aws_ssm_parameter.x.value') });
    },
  ],
  [
    OPEN,
    'SSH',
    'application',
    (draft) => {
      draft.add('aws_vpc_security_group_ingress_rule', 'FrontendBalancer_Ssh', ingress);
    },
  ],
  [
    OPEN,
    'every port from 80 to 443',
    'application',
    (draft) => {
      draft.add('aws_vpc_security_group_ingress_rule', 'FrontendBalancer_All', {
        ...ingress,
        from_port: 80,
        to_port: 443,
      });
    },
  ],
  [
    OPEN,
    'SSH over IPv6',
    'application',
    (draft) => {
      draft.add('aws_vpc_security_group_ingress_rule', 'FrontendBalancer_Ssh', {
        ...ingress,
        cidr_ipv4: unset,
        cidr_ipv6: '::/0',
      });
    },
  ],
  [
    OPEN,
    'port 80 of a task',
    'application',
    (draft) => {
      draft.add('aws_vpc_security_group_ingress_rule', 'Frontend_Web', { ...ingress, from_port: 80, to_port: 80 });
    },
  ],
  [
    OPEN,
    'the database',
    'foundation',
    (draft) => {
      draft.add('aws_vpc_security_group_ingress_rule', 'Database_Open', { ...ingress, from_port: 3306, to_port: 3306 });
    },
  ],
  [
    OUT,
    'a way out to any port',
    'application',
    (draft) => {
      draft.add('aws_vpc_security_group_egress_rule', 'Backend_Out', { ...egress, from_port: 0, to_port: 65_535 });
    },
  ],
  [OUT, 'a way out where there is no NAT', 'application', () => undefined, { nat: false }],
  [
    OUT,
    'a way out over IPv6',
    'application',
    (draft) => {
      draft.add('aws_vpc_security_group_egress_rule', 'Backend_Out', {
        ...egress,
        cidr_ipv4: unset,
        cidr_ipv6: '::/0',
      });
    },
  ],
  [
    'no rule inside a security group',
    'an inline rule',
    'application',
    (draft) => {
      draft.change('aws_security_group', { ingress: [ingress] });
    },
  ],
  [
    'no rule inside a security group',
    'a rule of the old kind',
    'application',
    (draft) => {
      draft.add('aws_security_group_rule', 'x', {});
    },
  ],
  [
    RULE,
    'every protocol',
    'application',
    (draft) => {
      draft.change('aws_vpc_security_group_ingress_rule', { ip_protocol: '-1' });
    },
  ],
  [
    RULE,
    'a rule without a word',
    'application',
    (draft) => {
      draft.change('aws_vpc_security_group_egress_rule', { description: unset });
    },
  ],
  [
    ENCRYPTED,
    'a database in clear',
    'foundation',
    (draft) => {
      draft.change('aws_db_instance', { storage_encrypted: false });
    },
  ],
  [
    ENCRYPTED,
    'a database with AWS’s key',
    'foundation',
    (draft) => {
      draft.change('aws_db_instance', { kms_key_id: unset });
    },
  ],
  [
    ENCRYPTED,
    'logs with AWS’s key',
    'application',
    (draft) => {
      draft.change('aws_cloudwatch_log_group', { kms_key_id: unset });
    },
  ],
  [
    ENCRYPTED,
    'a key that is never renewed',
    'foundation',
    (draft) => {
      draft.change('aws_kms_key', { enable_key_rotation: false });
    },
  ],
  [
    ENCRYPTED,
    'a secret with AWS’s key',
    'foundation',
    (draft) => {
      draft.change('aws_ssm_parameter', { key_id: unset }, ({ type }) => type === 'SecureString');
    },
  ],
  [
    ENCRYPTED,
    'images with AWS’s key',
    'foundation',
    (draft) => {
      draft.change('aws_ecr_repository', { encryption_configuration: unset });
    },
  ],
  [
    PRIVATE,
    'a public database',
    'foundation',
    (draft) => {
      draft.change('aws_db_instance', { publicly_accessible: true });
    },
  ],
  [
    PRIVATE,
    'public addresses by default',
    'foundation',
    (draft) => {
      draft.change('aws_subnet', { map_public_ip_on_launch: true });
    },
  ],
  [
    PRIVATE,
    'public tasks',
    'application',
    (draft) => {
      draft.change('aws_ecs_service', { network_configuration: { assign_public_ip: true } });
    },
  ],
  [
    PRIVATE,
    'a bucket without its block',
    'foundation',
    (draft) => {
      draft.remove('aws_s3_bucket_public_access_block');
    },
  ],
  [
    'tags are made once',
    'a tag by hand',
    'foundation',
    (draft) => {
      draft.change('aws_vpc', { tags: { env: 'test' } });
    },
  ],
  [
    WILDCARD,
    'every action',
    'application',
    (draft) => {
      draft.change('aws_iam_role_policy', { policy: policy('ssm:*', 'arn:aws:ssm:x') });
    },
  ],
  [
    WILDCARD,
    'every resource',
    'application',
    (draft) => {
      draft.change('aws_iam_role_policy', { policy: policy('ssm:GetParameter', '*') });
    },
  ],
  [
    'every name fits where AWS puts it',
    'a long name of a role',
    'application',
    (draft) => {
      draft.change('aws_iam_role', { name: 'r'.repeat(65) });
    },
  ],
];

describe('an invariant catches', () => {
  test.each(BREACHES.map(([rule, what, stack, plant, choices]) => ({ rule, what, stack, plant, choices })))(
    '$rule: $what',
    ({ rule, what, stack, plant, choices }) => {
      const found =
        what === 'another stack'
          ? violationsOf([Synthesized.from('cloudpe-default-test-extra', {})], choicesOf(row))
          : violations(stack, plant, choices);
      expect(found.filter((line) => line.startsWith(`${rule}: `))).not.toEqual([]);
    },
  );

  test('every breach that it names, and each has one here', () => {
    expect([...new Set(BREACHES.map(([rule]) => rule))].sort()).toEqual([...INVARIANTS].sort());
  });

  test('nothing where nothing is wrong', () => {
    expect(violationsOf(Object.values(stacks), choicesOf(row))).toEqual([]);
  });
});

describe('two workspaces', () => {
  const alice = { owner: 'alice', stacks: Object.values(stacksOf(row, { workspace: 'alice' })) };
  const clash = (stack: string, plant: (draft: Draft) => void) =>
    clashesOf([alice, { owner: 'default', stacks: [spoilt(stack, plant)] }]);

  test('that share a database are caught', () => {
    expect(
      clash('foundation', (draft) => {
        draft.change('aws_db_instance', { identifier: 'cloudpe-alice-test-database' });
      }),
    ).toEqual(['default and alice: aws_db_instance cloudpe-alice-test-database']);
  });

  test('that share a state are caught', () => {
    const copy = alice.stacks.find(({ name }) => name.endsWith('images'));
    expect(clashesOf([alice, { owner: 'default', stacks: copy ? [copy] : [] }])).toEqual([
      expect.stringMatching(/^default and alice: .*cloudpe\/alice\/test\/images\.tfstate/),
    ]);
  });

  test('that share nothing are not', () => {
    expect(clash('foundation', () => undefined)).toEqual([]);
  });
});
