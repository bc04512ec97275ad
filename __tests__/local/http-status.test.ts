import { createServer, type RequestListener } from 'node:http';
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpStatus } from '../../src/local/http-status';

const servers: net.Server[] = [];

async function listening(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}
const answering = (listener: RequestListener) => listening(createServer(listener));

afterEach(() => {
  servers.splice(0).forEach((server) => server.close());
});

test('tells the status of the named host', async () => {
  const port = await answering((call, answer) => {
    answer.writeHead(call.headers.host === 'page.alb.localhost' && call.url === '/health' ? 204 : 404).end();
  });
  expect(await httpStatus({ port, path: '/health', host: 'page.alb.localhost' })).toBe(204);
});

test('fails when the connection is closed without an answer, as Docker’s proxy does', async () => {
  const port = await listening(
    net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
    }),
  );
  await expect(httpStatus({ port, path: '/' })).rejects.toThrow();
});

test('fails when nobody listens', async () => {
  const port = await answering(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  await expect(httpStatus({ port, path: '/' })).rejects.toThrow('ECONNREFUSED');
});
