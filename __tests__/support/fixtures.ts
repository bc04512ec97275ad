import type { Construct } from 'constructs';
import type { Account } from '../../src/aws/account';
import { Cluster } from '../../src/aws/cluster';
import { EncryptionKey } from '../../src/aws/encryption-key';
import { LoadBalancer, type LoadBalancerProps } from '../../src/aws/load-balancer';
import type { Subnets } from '../../src/aws/network';

export const account: Account = { id: '123456789012', region: 'eu-west-1' };

export const subnets: Subnets = {
  vpcId: 'vpc-1',
  subnetIds: ['subnet-1', 'subnet-2'],
  cidrs: ['10.0.3.0/24', '10.0.4.0/24'],
};

export function keyIn(scope: Construct, id = 'TestKey'): EncryptionKey {
  return new EncryptionKey(scope, id, { name: id.toLowerCase(), description: 'a key of the tests', account });
}

export function clusterIn(scope: Construct, key: EncryptionKey): Cluster {
  return new Cluster(scope, 'TestCluster', {
    name: 'shop',
    containerInsights: 'enabled',
    execGroupName: '/ecs/shop/exec',
    logs: { retentionDays: 30, key },
  });
}

export function balancerIn(scope: Construct, overrides: Partial<LoadBalancerProps> = {}): LoadBalancer {
  return new LoadBalancer(scope, 'Entry', {
    name: 'shop-web',
    subnets,
    port: 80,
    targetPort: 8080,
    healthCheckPath: '/health',
    reach: 'public',
    ...overrides,
  });
}
