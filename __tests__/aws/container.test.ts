import { describe, expect, test } from 'vitest';
import { renderContainer, type Container } from '../../src/aws/container';

const logs = { logDriver: 'awslogs', options: { 'awslogs-region': 'eu-west-1', 'awslogs-group': 'g' } };
const parameter = (name: string) => ({ name, arn: `arn:${name}` });

function rendered(overrides: Partial<Container> = {}): Readonly<Record<string, unknown>> {
  return renderContainer({ name: 'web', image: 'web:1', ...overrides }, logs);
}

describe('a container', () => {
  test('has a read-only root, an init process and no capability', () => {
    const { linuxParameters, ...rest } = rendered();
    expect(rest).toMatchObject({ essential: true, readonlyRootFilesystem: true, stopTimeout: 30 });
    expect(linuxParameters).toMatchObject({ initProcessEnabled: true });
    expect((linuxParameters as { capabilities: { drop: string[] } }).capabilities.drop).toHaveLength(14);
  });

  test('keeps the capabilities that it names', () => {
    const { linuxParameters } = rendered({ keepCapabilities: ['NET_BIND_SERVICE'] });
    expect((linuxParameters as { capabilities: { drop: string[] } }).capabilities.drop).not.toContain(
      'NET_BIND_SERVICE',
    );
  });

  test('writes to memory where it says', () => {
    expect(rendered({ tmpfs: { '/tmp': 64 } }).linuxParameters).toMatchObject({
      tmpfs: [{ containerPath: '/tmp', size: 64, mountOptions: ['mode=1777'] }],
    });
  });

  test('names the addresses of its secrets, never their values', () => {
    expect(rendered({ secrets: { TOKEN: parameter('token') } }).secrets).toEqual([
      { name: 'TOKEN', valueFrom: 'arn:token' },
    ]);
  });

  test('sorts every list, so that the order in code is no change', () => {
    expect(rendered({ environment: { B: '2', A: '1' } })).toEqual(rendered({ environment: { A: '1', B: '2' } }));
    expect(rendered({ dependsOn: { b: 'START', a: 'SUCCESS' } }).dependsOn).toEqual([
      { containerName: 'a', condition: 'SUCCESS' },
      { containerName: 'b', condition: 'START' },
    ]);
  });

  test('writes out what ECS would add by itself', () => {
    expect(rendered({ port: 80, healthCheck: { command: ['CMD', 'true'] } })).toMatchObject({
      portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
      healthCheck: { command: ['CMD', 'true'], interval: 30, timeout: 5, retries: 3, startPeriod: 0 },
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
    });
  });

  test('is healthy by running when it has no check', () => {
    expect(rendered()).not.toHaveProperty('healthCheck');
  });
});
