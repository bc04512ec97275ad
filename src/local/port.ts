import { readdir, readFile, readlink } from 'node:fs/promises';
import net from 'node:net';
import type { Run } from './run';

/** A port on the loopback that the platform publishes. */
export interface WantedPort {
  readonly port: number;
  /** What it is for, e.g. `the emulator`. */
  readonly purpose: string;
  /** The variable that chooses another one, e.g. `CLOUDPE_PORT`. */
  readonly variable: string;
}

/**
 * Why we cannot publish a port, or undefined when it is free or already published by one of our own containers.
 * @param ourContainers names of the containers that may have it
 */
export async function portProblem(
  wanted: WantedPort,
  ourContainers: readonly string[],
  run: Run,
): Promise<string | undefined> {
  const { port, purpose, variable } = wanted;
  const obstacle = await bindingObstacle(port);
  if (obstacle === undefined) return undefined;
  const choose = `choose another one with ${variable}`;
  if (obstacle === 'EACCES') {
    return `port ${port} for ${purpose} needs more rights than this user has: ${choose}, 1024 or above`;
  }
  const container = await publisherOf(port, run);
  if (container !== undefined && ourContainers.includes(container)) return undefined;
  const holder = container === undefined ? await listenerOn(port, run) : `the container ${container}`;
  return `port ${port} for ${purpose} is taken${holder === undefined ? '' : ` by ${holder}`}: stop that, or ${choose}`;
}

/** Error code that says why nothing can listen on 127.0.0.1:port, or undefined when something can. */
async function bindingObstacle(port: number): Promise<string | undefined> {
  // Some systems let two programs bind a port, one to all addresses: so ask first whether anybody answers.
  if (await answers(port)) return 'EADDRINUSE';
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 1000 });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      settle(true);
    });
    for (const event of ['error', 'timeout']) {
      socket.once(event, () => {
        settle(false);
      });
    }
  });
}

/** Name of the running container that publishes a port. */
async function publisherOf(port: number, run: Run): Promise<string | undefined> {
  const { stdout, failed } = await run('docker', [
    'ps',
    '--filter',
    `publish=${port}`,
    '--format',
    '{{.Names}}\t{{.Ports}}',
  ]);
  if (failed) return undefined;
  // Docker's filter looks at the container's own port too: 8080->80 is found by publish=80.
  const line = stdout.split('\n').find((candidate) => publishes(candidate, port));
  return line?.split('\t')[0];
}

/** Reads `docker ps`: `127.0.0.1:8080->80/tcp`, and neighbours as one, `127.0.0.1:4000-4001->4000-4001/tcp`. */
function publishes(line: string, port: number): boolean {
  return [...line.matchAll(/:(\d+)(?:-(\d+))?->/g)].some(([, first, last = first]) => {
    return Number(first) <= port && port <= Number(last);
  });
}

/** The program that listens on a port, e.g. `nginx (process 812)`: from /proc, or lsof where there is none. */
async function listenerOn(port: number, run: Run): Promise<string | undefined> {
  const pid = (await listenerInProc(port)) ?? (await listenerByLsof(port, run));
  if (pid === undefined) return undefined;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(async () => {
    return (await run('ps', ['-p', pid, '-o', 'comm='])).stdout;
  });
  return `${name.trim() || 'a program'} (process ${pid})`;
}

async function listenerInProc(port: number): Promise<string | undefined> {
  const sockets = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const row of (await readFile(table, 'utf8').catch(() => '')).split('\n')) {
      // sl local_address rem_address st … inode: addresses are <hex address>:<hex port>, state 0A is LISTEN
      const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state === '0A' && parseInt(local.split(':')[1] ?? '', 16) === port) sockets.add(`socket:[${inode ?? ''}]`);
    }
  }
  if (sockets.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Other users' processes do not show their files: then nobody is named.
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      if (sockets.has(await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ''))) return pid;
    }
  }
  return undefined;
}

async function listenerByLsof(port: number, run: Run): Promise<string | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']);
  return /^\d+/.exec(stdout)?.[0];
}
