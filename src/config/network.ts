import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** AWS accepts a VPC of /16 at most; a load balancer refuses a subnet that is smaller than /27. */
const PREFIX_LENGTHS = { shortest: 16, longest: 27 };

/** Addresses of a subnet that AWS keeps for itself, and those that it wants free for a load balancer. */
const TAKEN_ADDRESSES = 5 + 8;

const cidr = z
  .string()
  .refine(isNetwork, 'must be an IPv4 network in CIDR form from /16 to /27, such as 10.0.0.0/16')
  .refine((text) => !isNetwork(text) || isUsable(text), 'must be a network that a VPC may have, such as 10.0.0.0/16');

export const networkSchema = z
  .strictObject({
    cidr,
    zones: z
      .array(
        z.strictObject({
          /** Without names, AWS is asked for zones when the subnets are made. */
          name: z
            .string()
            .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'must be an availability zone such as us-east-1a')
            .optional(),
          publicCidr: cidr,
          privateCidr: cidr,
        }),
      )
      .min(2, 'must have at least 2 zones: load balancers and RDS refuse one'),
    /** `per-zone` survives the loss of a zone; `single` is cheaper; `none` needs `endpoints`. */
    nat: z.enum(['single', 'per-zone', 'none']),
    /** AWS services that tasks reach without leaving the VPC; S3's gateway endpoint is free and always there. */
    endpoints: z
      .array(z.enum(['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'ssmmessages', 'kms']))
      .refine((endpoints) => new Set(endpoints).size === endpoints.length, 'must name each endpoint once'),
    flowLogs: z.enum(['all', 'rejected', 'off']),
  })
  .superRefine((network, context) => {
    const subnets = network.zones.flatMap((zone, index) => [
      { path: ['zones', index, 'publicCidr'], cidr: zone.publicCidr },
      { path: ['zones', index, 'privateCidr'], cidr: zone.privateCidr },
    ]);
    if (![network.cidr, ...subnets.map((subnet) => subnet.cidr)].every(isNetwork)) return;
    subnets.forEach((subnet, index) => {
      const issue = (message: string): void => {
        context.addIssue({ code: 'custom', path: subnet.path, input: subnet.cidr, message });
      };
      if (!contains(network.cidr, subnet.cidr)) issue(`must lie within network.cidr ${network.cidr}`);
      const other = subnets.slice(0, index).find((earlier) => overlap(earlier.cidr, subnet.cidr));
      if (other) issue(`must not overlap network.${other.path.join('.')} ${other.cidr}`);
    });
    const names = network.zones.map(({ name }) => name);
    names.forEach((name, index) => {
      const issue = (message: string): void => {
        context.addIssue({ code: 'custom', path: ['zones', index, 'name'], input: name, message });
      };
      if (name !== undefined && names.indexOf(name) !== index) issue('must be named once');
      // A zone that is looked up could be one that is named.
      if (name === undefined && names.some((other) => other !== undefined))
        issue('must be set, or left out of every zone');
    });
    const missing = (['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'kms'] as const).filter(
      (service) => !network.endpoints.includes(service),
    );
    if (network.nat === 'none' && missing.length > 0) {
      context.addIssue({
        code: 'custom',
        path: ['endpoints'],
        input: network.endpoints,
        message: `must include ${missing.join(', ')} when nat is "none": tasks have no other way out`,
      });
    }
  });

export type NetworkConfig = z.infer<typeof networkSchema>;

function isNetwork(text: string): boolean {
  if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text) || !ipaddr.IPv4.isValidCIDR(text)) return false;
  const [address, length] = ipaddr.IPv4.parseCIDR(text);
  return (
    length >= PREFIX_LENGTHS.shortest &&
    length <= PREFIX_LENGTHS.longest &&
    address.toString() === ipaddr.IPv4.networkAddressFromCIDR(text).toString()
  );
}

/** AWS refuses the loopback, link-local, multicast and reserved ranges. */
function isUsable(text: string): boolean {
  const [address] = ipaddr.IPv4.parseCIDR(text);
  return ['private', 'carrierGradeNat', 'unicast'].includes(address.range());
}

/** How many tasks find an address in the private subnets. */
export function taskAddresses(network: NetworkConfig): number {
  return network.zones
    .map(({ privateCidr }) => 2 ** (32 - ipaddr.IPv4.parseCIDR(privateCidr)[1]) - TAKEN_ADDRESSES)
    .reduce((sum, free) => sum + free, 0);
}

function contains(outer: string, inner: string): boolean {
  const [outerAddress, outerLength] = ipaddr.IPv4.parseCIDR(outer);
  const [innerAddress, innerLength] = ipaddr.IPv4.parseCIDR(inner);
  return innerLength >= outerLength && innerAddress.match(outerAddress, outerLength);
}

function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}
