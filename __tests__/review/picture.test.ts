/* eslint-disable no-template-curly-in-string -- these are expressions of Terraform */
import { expect, test } from 'vitest';
import { svgOf } from '../../src/review/drawing';
import { draw } from '../../src/review/picture';
import { fromStacks } from '../../src/review/topology';
import { change, review, reviewOf } from './plans';

const stacks = [
  {
    stack: 'base',
    document: {
      resource: {
        aws_vpc: { Vpc: { cidr_block: '10.0.0.0/16' } },
        aws_subnet: {
          Private: { vpc_id: '${aws_vpc.Vpc.id}', availability_zone: 'us-east-1a', tags: { Name: 'x-private' } },
        },
        aws_db_subnet_group: { Subnets: { name: 'db', subnet_ids: ['${aws_subnet.Private.id}'] } },
        aws_security_group: { Database: { vpc_id: '${aws_vpc.Vpc.id}' } },
        aws_db_instance: {
          Db: {
            identifier: 'db',
            db_subnet_group_name: '${aws_db_subnet_group.Subnets.name}',
            vpc_security_group_ids: ['${aws_security_group.Database.id}'],
          },
        },
      },
      output: {
        'cross-stack-output-sg': { value: '${aws_security_group.Database.id}' },
        'cross-stack-output-subnet': { value: '${aws_subnet.Private.id}' },
      },
    },
  },
  {
    stack: 'app',
    document: {
      resource: {
        aws_security_group: { Api: {}, Web: {} },
        aws_lb: { Web: { name: 'web', security_groups: ['${aws_security_group.Web.id}'] } },
        aws_ecs_service: {
          Api: {
            name: 'api',
            network_configuration: {
              subnets: [
                '${data.terraform_remote_state.cross-stack-reference-input-base.outputs.cross-stack-output-subnet}',
              ],
              security_groups: ['${aws_security_group.Api.id}'],
            },
          },
        },
        aws_vpc_security_group_ingress_rule: {
          ToDatabase: {
            security_group_id:
              '${data.terraform_remote_state.cross-stack-reference-input-base.outputs.cross-stack-output-sg}',
            referenced_security_group_id: '${aws_security_group.Api.id}',
            ip_protocol: 'tcp',
            from_port: 3306,
            to_port: 3306,
          },
          FromWorld: {
            security_group_id: '${aws_security_group.Web.id}',
            cidr_ipv4: '0.0.0.0/0',
            ip_protocol: 'tcp',
            from_port: 443,
            to_port: 443,
          },
        },
      },
    },
  },
];

test('arrows are the connections that security groups let in, across stacks', () => {
  const { edges, nodes } = draw(fromStacks(stacks));
  expect(edges).toEqual([
    { from: 'app/aws_ecs_service.Api', to: 'base/aws_db_instance.Db', label: 'tcp 3306' },
    { from: 'internet', to: 'app/aws_lb.Web', label: 'tcp 443' },
  ]);
  expect(nodes.map(({ label }) => label)).toEqual(['the internet', 'db', 'web', 'api']);
});

test('without its rule, an arrow is gone', () => {
  const [base, app] = structuredClone(stacks);
  if (base === undefined || app === undefined) throw new Error('two stacks');
  Reflect.deleteProperty(app.document.resource, 'aws_vpc_security_group_ingress_rule');
  expect(draw(fromStacks([base, app])).edges).toEqual([]);
});

test('boxes stand in their subnets, subnets in their VPC', () => {
  const { groups, nodes } = draw(fromStacks(stacks));
  expect(groups.map(({ label }) => label)).toEqual(['VPC 10.0.0.0/16', 'private subnet us-east-1a']);
  expect(groups[1]?.parent).toBe('base/aws_vpc.Vpc');
  expect(nodes.find(({ label }) => label === 'api')?.group).toBe(nodes.find(({ label }) => label === 'db')?.group);
});

test('a new revision colours its service as released', () => {
  expect(
    reviewOf('own/image-change').picture.nodes.find(({ label }) => label === 'cloudpe-default-local-backend'),
  ).toBeDefined();
  expect(
    reviewOf('own/image-change')
      .picture.nodes.filter(({ mark }) => mark === 'release')
      .map(({ noun }) => noun),
  ).toEqual(['service']);
});

test('a plan of thousands still is a picture, and says what found no room', () => {
  const { picture } = review(
    Array.from({ length: 500 }, (_, index) => change({ address: `aws_lb.b${index}`, after: { name: `b${index}` } })),
  );
  expect(picture.nodes).toHaveLength(60);
  expect(picture.leftOut).toBe(440);
});

test('a name is only a name in the drawing', async () => {
  const { picture } = review([change({ address: 'aws_lb.a', after: { name: '"]; evil [label="<b>\\G&amp;' } })]);
  const svg = await svgOf(picture, '"><script>');
  expect(svg).not.toMatch(/<b>|<script|href/);
  expect(svg).toContain('&lt;b&gt;');
  expect(svg.match(/<g id="node/g)).toHaveLength(1);
});
