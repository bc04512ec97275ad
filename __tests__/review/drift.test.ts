import { describe, expect, test } from 'vitest';
import { change, review } from './plans';

const group = (ingress: readonly Record<string, unknown>[]) => ({ id: 'sg-1', ingress });
const opened = (cidr: string) => ({ from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: [cidr] });
const rule = change({
  address: 'aws_vpc_security_group_ingress_rule.https',
  before: { security_group_id: 'sg-1', from_port: 443, to_port: 443, ip_protocol: 'tcp', cidr_ipv4: '10.0.0.0/8' },
  after: { security_group_id: 'sg-1', from_port: 443, to_port: 443, ip_protocol: 'tcp', cidr_ipv4: '10.0.0.0/8' },
  actions: ['no-op'],
});

const driftOf = (before: Record<string, unknown>, after: Record<string, unknown>, address = 'aws_security_group.web') =>
  review([rule], undefined, { resource_drift: [change({ address, before, after })] }).drift;

describe('changed outside Terraform', () => {
  test("is not a group's rule that the configuration has", () => {
    expect(driftOf(group([]), group([opened('10.0.0.0/8')]))).toEqual([]);
  });

  test('is a rule that nobody wrote down', () => {
    const [found] = driftOf(group([]), group([opened('10.0.0.0/8'), opened('0.0.0.0/0')]));
    expect(found?.address).toBe('aws_security_group.web');
    expect(JSON.stringify(found?.differences)).toContain('0.0.0.0/0');
  });

  test('is an address that joined a rule of the configuration', () => {
    const joined = { ...opened('10.0.0.0/8'), cidr_blocks: ['10.0.0.0/8', '0.0.0.0/0'] };
    expect(driftOf(group([]), group([joined]))).toHaveLength(1);
  });

  test('is a rule that went away', () => {
    expect(driftOf(group([opened('10.0.0.0/8')]), group([]))).toHaveLength(1);
  });

  test('is a policy that someone gave to a role', () => {
    const role = (...policies: string[]) => ({ id: 'app', managed_policy_arns: policies });
    expect(driftOf(role(), role('arn:aws:iam::aws:policy/AdministratorAccess'), 'aws_iam_role.app')).toHaveLength(1);
  });

  test('is not a default that the provider fills in', () => {
    expect(driftOf({ id: 'a', rotated: null }, { id: 'a', rotated: false }, 'aws_kms_key.a')).toEqual([]);
  });
});
