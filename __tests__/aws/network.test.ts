import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { describe, expect, test } from 'vitest';
import { Network, type NetworkProps } from '../../src/aws/network';
import { VpcEndpoints } from '../../src/aws/vpc-endpoints';
import { Synthesized } from '../support/synth';

const props: NetworkProps = {
  name: 'shop',
  cidr: '10.0.0.0/16',
  zones: [
    { name: 'eu-west-1a', publicCidr: '10.0.1.0/24', privateCidr: '10.0.3.0/24' },
    { name: 'eu-west-1b', publicCidr: '10.0.2.0/24', privateCidr: '10.0.4.0/24' },
  ],
  nat: 'single',
};

function network(overrides: Partial<NetworkProps> = {}, interfaces?: readonly string[]): Synthesized {
  return Synthesized.scope((scope) => {
    const built = new Network(scope, 'Network', { ...props, ...overrides });
    if (interfaces)
      new VpcEndpoints(scope, 'Endpoints', { name: 'shop', region: 'eu-west-1', network: built, interfaces });
  });
}

describe('Network', () => {
  test('has a public and a private subnet in every zone, named after it', () => {
    expect(
      network()
        .all(Subnet)
        .map(({ cidr_block, availability_zone, tags }) => [availability_zone, cidr_block, tags]),
    ).toEqual([
      ['eu-west-1a', '10.0.3.0/24', { Name: 'shop-private-eu-west-1a' }],
      ['eu-west-1a', '10.0.1.0/24', { Name: 'shop-public-eu-west-1a' }],
      ['eu-west-1b', '10.0.4.0/24', { Name: 'shop-private-eu-west-1b' }],
      ['eu-west-1b', '10.0.2.0/24', { Name: 'shop-public-eu-west-1b' }],
    ]);
  });

  describe('without names of zones', () => {
    const looked = network({ zones: props.zones.map(({ publicCidr, privateCidr }) => ({ publicCidr, privateCidr })) });

    test('asks AWS once for zones that are there for everybody', () => {
      expect(Object.values(looked.template.data?.[DataAwsAvailabilityZones.tfResourceType] ?? {})).toEqual([
        { filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }], state: 'available' },
      ]);
      expect(network().template.data).toBeUndefined();
    });

    test('puts each pair of subnets into a zone of its own, where it stays', () => {
      expect(
        looked.all(Subnet).map(({ availability_zone, tags, lifecycle }) => [availability_zone, tags, lifecycle]),
      ).toEqual(
        ['private-1', 'public-1', 'private-2', 'public-2'].map((name): unknown[] => [
          expect.stringMatching(new RegExp(`names\\.${Number(name.at(-1)) - 1}}$`)),
          { Name: `shop-${name}` },
          { ignore_changes: ['availability_zone'] },
        ]),
      );
      for (const subnet of network().all(Subnet)) expect(subnet).not.toHaveProperty('lifecycle');
    });
  });

  test.each([
    ['none', 0, 0],
    ['single', 1, 2],
    ['per-zone', 2, 2],
  ] as const)('with NAT %s has %i gateways and %i private ways out', (nat, gateways, routes) => {
    const built = network({ nat });
    expect(built.all(NatGateway)).toHaveLength(gateways);
    expect(built.all(Route).filter((route) => 'nat_gateway_id' in route)).toHaveLength(routes);
  });

  test('sends each zone through its own NAT when there is one a zone', () => {
    const targets = network({ nat: 'per-zone' })
      .all(Route)
      .flatMap((route) => route.nat_gateway_id ?? []);
    expect(new Set(targets).size).toBe(2);
  });

  test('closes the security group that AWS makes', () => {
    const group = network().only(DefaultSecurityGroup);
    expect(group).not.toHaveProperty('ingress');
    expect(group).not.toHaveProperty('egress');
  });
});

describe('VpcEndpoints', () => {
  test('always has the free gateway to S3, on the private route tables', () => {
    const gateway = network({}, []).only(VpcEndpoint);
    expect(gateway).toMatchObject({ vpc_endpoint_type: 'Gateway', service_name: 'com.amazonaws.eu-west-1.s3' });
    expect(gateway.route_table_ids).toHaveLength(2);
  });

  test('has an interface with private names for each service asked for', () => {
    const interfaces = network({}, ['ssm', 'logs'])
      .all(VpcEndpoint)
      .filter(({ vpc_endpoint_type }) => vpc_endpoint_type === 'Interface');
    expect(interfaces.map(({ service_name }) => service_name).sort()).toEqual([
      'com.amazonaws.eu-west-1.logs',
      'com.amazonaws.eu-west-1.ssm',
    ]);
    for (const each of interfaces) expect(each).toMatchObject({ private_dns_enabled: true });
  });

  test('admits the private subnets to the interfaces, on 443', () => {
    expect(network({}, ['ssm']).all(VpcSecurityGroupIngressRule)).toMatchObject([
      { from_port: 443, to_port: 443, cidr_ipv4: '10.0.3.0/24' },
      { from_port: 443, to_port: 443, cidr_ipv4: '10.0.4.0/24' },
    ]);
  });
});
