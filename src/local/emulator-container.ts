import path from 'node:path';
import pRetry from 'p-retry';
import { httpStatus } from './http-status';
import { runLogged, StepError } from './logged';
import { lastWords, type Run } from './run';
import { PORT_VARIABLES, type LocalSettings } from './settings';

/** Everything that the local platform makes carries this label, so that clean-up finds it. */
export const LABEL = 'cloudpe.emulator';
export const CONTAINER = 'cloudpe-emulator';
export const NETWORK = 'cloudpe-local';
const IMAGE = 'cloudpe/emulator';

export interface RunningEmulator {
  /** Another one after each start: what the emulator knew before is gone. */
  readonly incarnation: string;
}

/** The emulator's container, as the engine knows it; undefined when it is not running. */
export async function runningEmulator(run: Run): Promise<RunningEmulator | undefined> {
  const format = '{{.State.Running}} {{.Id}} {{.State.StartedAt}}';
  const { failed, stdout } = await run('docker', ['inspect', '--format', format, CONTAINER]);
  const [running, id = '', started = ''] = stdout.trim().split(' ');
  return failed || running !== 'true' ? undefined : { incarnation: `${id.slice(0, 12)} ${started}` };
}

/** Whether the emulator that runs is the one that was built last. */
export async function isCurrent(run: Run): Promise<boolean> {
  const running = await run('docker', ['inspect', '--format', '{{.Image}}', CONTAINER]);
  const built = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', IMAGE]);
  return running.stdout.trim() === built.stdout.trim();
}

/**
 * Whether the emulator lost every instance of the database `name`: nothing but a new start brings one back, at another
 * address. Which instances there were is not asked, so that a row may name one that is yet to come.
 */
export async function databaseIsLost(run: Run, name: string): Promise<boolean> {
  const filters = [`label=${LABEL}=${CONTAINER}`, `name=-instance-${name}(-|$)`];
  const { stdout } = await run('docker', ['ps', '--quiet', ...filters.flatMap((filter) => ['--filter', filter])]);
  return stdout.trim() === '';
}

/** Builds the emulator's image; unchanged, Docker's cache answers. */
export async function buildEmulator(settings: LocalSettings, onLine: (line: string) => void): Promise<void> {
  await runLogged('docker', ['build', '--tag', IMAGE, '.'], {
    name: 'emulator-build',
    logFolder: logFolder(settings),
    cwd: path.join(settings.root, 'src/local/emulator'),
    onLine,
  });
}

/**
 * Starts the emulator, after clearing away what an earlier one left: without it those containers serve nobody.
 *
 * @throws StepError when it does not answer, with its last words
 */
export async function startEmulator(run: Run, { ports, config }: LocalSettings): Promise<RunningEmulator> {
  await removeEmulator(run);
  await must(run, [
    ...['network', 'create', '--label', `${LABEL}=${CONTAINER}`],
    // The database's port, which the emulator publishes, stays on this machine.
    ...['--opt', 'com.docker.network.bridge.host_binding_ipv4=127.0.0.1', NETWORK],
  ]);
  await must(run, [
    ...['run', '--detach', '--name', CONTAINER, '--network', NETWORK, '--label', `${LABEL}=${CONTAINER}`],
    ...['--publish', `127.0.0.1:${ports.api}:4566`, '--publish', `127.0.0.1:${ports.http}:80`],
    ...['--volume', '/var/run/docker.sock:/var/run/docker.sock'],
    ...['--env', `EMULATOR_NAME=${CONTAINER}`, '--env', `EMULATOR_NETWORK=${NETWORK}`],
    ...['--env', `EMULATOR_REGISTRY=127.0.0.1:${ports.api}`],
    ...['--env', `MINISTACK_ACCOUNT_ID=${config.account}`, '--env', `MINISTACK_REGION=${config.region}`],
    IMAGE,
  ]);
  await waitUntilReady(run, ports.api);
  const running = await runningEmulator(run);
  if (!running) throw new StepError(`the emulator ended at once\nMore: docker logs ${CONTAINER}`);
  return running;
}

async function waitUntilReady(run: Run, port: number): Promise<void> {
  const ask = async (): Promise<void> => {
    const status = await httpStatus({ port, path: '/_cloudpe/health' });
    if (status !== 200) throw new Error(`it answers ${status}`);
  };
  try {
    await pRetry(ask, { retries: 60, factor: 1, minTimeout: 500 });
  } catch (error) {
    const { stdout, stderr } = await run('docker', ['logs', '--tail', '5', CONTAINER]);
    throw new StepError(
      `the emulator does not answer on port ${port} (${error instanceof Error ? error.message : String(error)}); another port: ${PORT_VARIABLES.api}=…\n${`${stdout}\n${stderr}`.trim()}\nMore: docker logs ${CONTAINER}`,
    );
  }
}

/** Removes the emulator and all that it made: containers, volumes, network. */
export async function removeEmulator(run: Run): Promise<void> {
  const filter = ['--quiet', '--filter', `label=${LABEL}=${CONTAINER}`];
  const remove = async (list: readonly string[], command: readonly string[]): Promise<void> => {
    const { stdout } = await run('docker', [...list, ...filter]);
    const ids = stdout.split('\n').filter(Boolean);
    if (ids.length > 0) await run('docker', [...command, ...ids]);
  };
  // The emulator first: it would replace the containers that disappear.
  await run('docker', ['rm', '--force', '--volumes', CONTAINER]);
  await remove(['ps', '--all'], ['rm', '--force', '--volumes']);
  await remove(['volume', 'ls'], ['volume', 'rm', '--force']);
  await remove(['network', 'ls'], ['network', 'rm']);
}

export function logFolder({ stateFolder, workspace }: LocalSettings): string {
  return path.join(stateFolder, 'logs', workspace);
}

async function must(run: Run, args: readonly string[]): Promise<void> {
  const result = await run('docker', args);
  if (result.failed) throw new StepError(`docker ${args.slice(0, 2).join(' ')}: ${lastWords(result)}`);
}
