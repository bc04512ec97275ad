import { expect, test } from 'vitest';
import { isInTheWay, shortTerraformLine, terraformErrors } from '../../src/local/terraform-lines';

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

test.each([
  ['framed, as Terraform writes it', ['╷', '│ Error: creating VPC', '│ ', '│   with aws_vpc.x,', '╵']],
  ['framed, with the stack’s name', ['x  ╷', 'x  │ Error: creating VPC', '   │   with aws_vpc.x,', 'x  ╵']],
  ['bare, as cdktf writes it', ['x  aws_vpc.x: Creating...', 'x  Error: creating VPC', '     with aws_vpc.x,', 'done']],
])('the cause is found %s', (_, lines) => {
  expect(terraformErrors(lines)).toBe('Error: creating VPC\nwith aws_vpc.x,');
});

test('every cause is found, and nothing that is none', () => {
  expect(terraformErrors(['x  Error: one', '   more', 'x  aws_vpc.y: Creating...', 'x  Error: two'])).toBe(
    'Error: one\nmore\nError: two',
  );
  expect(terraformErrors(['aws_vpc.x: Creating...', '0 Stacks deploying'])).toBe('');
});

test.each([
  ['Error: creating RDS DB Instance (x): api error DBInstanceAlreadyExists: DB instance x already exists.', true],
  [
    'Error: creating CloudWatch Logs Log Group (x): ResourceAlreadyExistsException: The specified log group already exists',
    true,
  ],
  ['Error: creating VPC: UnauthorizedOperation', false],
])('%s: in the way %s', (cause, expected) => {
  expect(isInTheWay(cause)).toBe(expected);
});
