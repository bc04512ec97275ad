import { expect, test } from 'vitest';
import { shortTerraformLine } from '../../src/local/terraform-lines';

test.each([
  [
    'stack  aws_vpc.Network_Vpc_5A (Network/Vpc): Creation complete after 10s [id=vpc-1]',
    'Network/Vpc: creation complete',
  ],
  ['stack  aws_lb.Balancer: Destroying... [id=x]', 'Balancer: destroying'],
])('%s', (line, short) => {
  expect(shortTerraformLine(line)).toBe(short);
});

test.each([
  'Initializing the backend...',
  'aws_vpc.Network: Refreshing state... [id=vpc-1]',
  'aws_lb.B: Still creating... [10s elapsed]',
])('nothing of %s', (line) => {
  expect(shortTerraformLine(line)).toBeUndefined();
});
