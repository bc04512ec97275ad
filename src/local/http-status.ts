import { request } from 'node:http';

export interface HttpStatusProps {
  /** On the loopback interface. */
  readonly port: number;
  readonly path: string;

  /** The name in the Host header. @default - the address */
  readonly host?: string;
}

const LIMIT_MS = 5000;

/**
 * The status with which a server of this machine answers.
 *
 * Not `fetch`: on Node 20 its promise never settles when Docker's proxy resets the connection because nobody listens behind
 * it yet, and a process that waits for nothing else ends in silence.
 *
 * @throws Error when nothing answers within 5 s
 */
export async function httpStatus({ port, path, host }: HttpStatusProps): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, ...(host !== undefined && { headers: { host } }), agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    const limit = setTimeout(() => call.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    call.on('error', reject);
    call.on('close', () => {
      clearTimeout(limit);
      reject(new Error('the connection was closed'));
    });
    call.end();
  });
}
