import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { portProblem } from '../../src/local/port';
import { scripted, type Answer } from './scripted-run';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A port that this process listens on. */
async function takenPort(host: string): Promise<number> {
  const server = net.createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function problem(port: number, answers: Record<string, Answer> = {}) {
  return portProblem({ port, purpose: 'the emulator', variable: 'CLOUDPE_PORT' }, ['ours'], scripted(answers).run);
}

describe('a port', () => {
  test('that is free is no problem', async () => {
    const port = await takenPort('127.0.0.1');
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await problem(port)).toBeUndefined();
  });

  test.each(['127.0.0.1', '0.0.0.0', '::'])(
    'that a program has on %s: port, program and variable are named',
    async (host) => {
      const port = await takenPort(host);
      const answers = { lsof: { stdout: `${process.pid}\n` }, ps: { stdout: 'node\n' } };
      const text = await problem(port, answers);
      expect(text).toContain(`port ${port} for the emulator is taken by `);
      expect(text).toContain(`(process ${process.pid}): stop that, or choose another one with CLOUDPE_PORT`);
    },
  );

  test('that our own container publishes is no problem', async () => {
    const port = await takenPort('127.0.0.1');
    expect(await problem(port, { 'docker ps': { stdout: `ours\t127.0.0.1:${port}->4566/tcp` } })).toBeUndefined();
  });

  test('is found among neighbours that Docker lists as one', async () => {
    const port = await takenPort('127.0.0.1');
    const stdout = `theirs\t:::1->1/tcp\nours\t127.0.0.1:${port - 1}-${port + 1}->1-3/tcp`;
    expect(await problem(port, { 'docker ps': { stdout } })).toBeUndefined();
  });

  test("that another's container publishes: the container is named", async () => {
    const port = await takenPort('127.0.0.1');
    const text = await problem(port, { 'docker ps': { stdout: `theirs\t0.0.0.0:${port}->80/tcp` } });
    expect(text).toContain('is taken by the container theirs: ');
  });

  test('that our container only has inside is still taken', async () => {
    const port = await takenPort('127.0.0.1');
    expect(await problem(port, { 'docker ps': { stdout: `ours\t127.0.0.1:1->${port}/tcp` } })).toBeDefined();
  });
});
