import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import pRetry, { AbortError } from 'p-retry';
import type { Apt } from './apt';
import { lastWords, type Reporter, type Run, type Start, type Started } from './run';

const INSTALL_ADVICE = 'install Docker (https://docs.docker.com/engine/install/) and start it';

export interface DockerEngineProps {
  readonly run: Run;
  readonly start: Start;
  readonly report: Reporter;
  readonly apt: Apt;
  /** Folder for our files, `.cloudpe` in the project: the engine's log goes there. */
  readonly stateFolder: string;
  /** The caller's DOCKER_HOST: an engine elsewhere is not ours to start. @default - the engine of this machine */
  readonly dockerHost?: string | undefined;
  /** @default true where systemd runs this machine */
  readonly systemd?: boolean;
  /** Arguments for dockerd. @default - none: its own defaults */
  readonly daemonArguments?: readonly string[];
  /** @default '/var/run/docker.pid' */
  readonly pidFile?: string;
  /** How long a started engine may take to answer. @default 60 */
  readonly startSeconds?: number;
}

/** Why the Docker engine is of no use now. */
export interface EngineProblem {
  /** `forbidden`: it is there, but not for this user. */
  readonly kind: 'no-client' | 'no-engine' | 'forbidden';
  readonly message: string;
}

/** Asks the engine for its version; undefined when it answers. */
export async function engineProblem(run: Run): Promise<EngineProblem | undefined> {
  const result = await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 20_000 });
  if (!result.failed) return undefined;
  const message = lastWords(result, 1);
  if (result.code === 'ENOENT') return { kind: 'no-client', message: 'there is no docker command' };
  if (/permission denied/i.test(message)) return { kind: 'forbidden', message };
  return { kind: 'no-engine', message };
}

/** What a person has to do about an engine that we cannot start; undefined when `ensureDockerEngine` will do it. */
export function engineAdvice(
  problem: EngineProblem,
  { apt, dockerHost }: Pick<DockerEngineProps, 'apt' | 'dockerHost'>,
) {
  if (problem.kind === 'forbidden') {
    return `Docker does not answer to this user (${problem.message}): add the user to the group docker and log in again`;
  }
  if (dockerHost !== undefined && dockerHost !== '') {
    return `the Docker engine at DOCKER_HOST=${dockerHost} does not answer (${problem.message}): start it, or unset DOCKER_HOST`;
  }
  if (apt.obstacle === undefined) return undefined;
  return `no Docker engine answers (${problem.message}): ${INSTALL_ADVICE}. It is not done for you because ${apt.obstacle}`;
}

/**
 * Makes sure that a Docker engine answers. On Debian and Ubuntu as root it installs and starts the distribution's own, after
 * saying so; it outlives this process.
 * @throws with what to do, where it cannot.
 */
export async function ensureDockerEngine(props: DockerEngineProps): Promise<void> {
  const problem = await engineProblem(props.run);
  if (problem === undefined) return;
  const advice = engineAdvice(problem, props);
  if (advice !== undefined) throw new Error(advice);

  props.report(`No Docker engine answers (${problem.message})`);
  // An engine of another make that is merely not running stays what it is.
  const { code } = await props.run('dockerd', ['--version'], { timeout: 20_000 });
  const engine = code === 'ENOENT' ? ['docker.io', 'ca-certificates'] : [];
  await props.apt.install([...engine, 'iptables'], 'for the Docker engine');
  // From Debian 13 on the client is a package of its own.
  if ((await engineProblem(props.run))?.kind === 'no-client') await props.apt.install(['docker-cli'], 'for Docker');
  // Where systemd runs, installing has started it.
  if ((await engineProblem(props.run)) === undefined) return;
  await startEngine(props);
}

async function startEngine(props: DockerEngineProps): Promise<void> {
  const { run, report, startSeconds = 60 } = props;
  const log = path.resolve(props.stateFolder, 'dockerd.log');
  const systemd = props.systemd ?? existsSync('/run/systemd/system');
  const more = systemd ? 'journalctl -u docker' : log;
  let daemon: Started | undefined;
  if (systemd) {
    report('Starting the Docker engine (systemctl start docker) …');
    const result = await run('systemctl', ['start', 'docker'], { timeout: 120_000 });
    if (result.failed) throw new Error(`systemctl start docker failed: ${lastWords(result)}; ${more} shows more`);
  } else {
    const starting = await removeStalePidFile(props.pidFile ?? '/var/run/docker.pid');
    if (starting) {
      report('Waiting for the Docker engine that somebody else has started …');
    } else {
      report(`Starting the Docker engine (dockerd, its log in ${log}) …`);
      daemon = props.start('dockerd', props.daemonArguments ?? [], log);
    }
  }
  try {
    await pRetry(
      async () => {
        const problem = await engineProblem(run);
        if (problem === undefined) return;
        if (daemon?.alive() === false) throw new AbortError('it ended at once');
        throw new Error(`waited ${startSeconds} s; ${problem.message}`);
      },
      { retries: startSeconds, factor: 1, minTimeout: 1000 },
    );
  } catch (error) {
    const tail = systemd ? '' : (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the Docker engine does not answer (${reason}); ${more} shows more\n${tail}`.trimEnd());
  }
}

/**
 * A killed daemon leaves its number behind, and the next one refuses to start while any process has that number, a zombie
 * or a stranger included. Removed unless a dockerd that lives has it.
 * @returns whether one lives
 */
export async function removeStalePidFile(pidFile: string): Promise<boolean> {
  const pid = (await readFile(pidFile, 'utf8').catch(() => '')).trim();
  if (pid === '') return false;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
  const lives = field('Name') === 'dockerd' && field('State') !== 'Z';
  if (!lives) await rm(pidFile, { force: true });
  return lives;
}
