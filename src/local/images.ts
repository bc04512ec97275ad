import path from 'node:path';
import {
  BatchGetImageCommand,
  GetAuthorizationTokenCommand,
  RepositoryNotFoundException,
  type ECRClient,
} from '@aws-sdk/client-ecr';
import pRetry from 'p-retry';
import { agentImage } from '../datadog/agent';
import { testAgentImage } from '../datadog/test-agent';
import { localImage, type LocalImage } from '../images/image-tag';
import { logFolder } from './emulator-container';
import { runLogged, StepError } from './logged';
import { lastWords, type Reporter, type Run } from './run';
import type { LocalSettings } from './settings';

/** The images of all services, as they are on disk now. */
export function imagesOf({ root, config }: LocalSettings): LocalImage[] {
  return Object.entries(config.services).map(([name, { architecture }]) => localImage(root, name, architecture));
}

/** Where an image lies in the local Docker engine, whatever registry it goes to. */
function localName({ name, tag }: LocalImage): string {
  return `cloudpe/${name}:${tag}`;
}

/** Builds an image unless its content was built before. Resolves to whether it was built. */
export async function buildImage(
  run: Run,
  settings: LocalSettings,
  image: LocalImage,
  onLine: (line: string) => void,
): Promise<boolean> {
  const found = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', localName(image)]);
  if (!found.failed) return false;
  await runLogged('docker', ['build', '--tag', localName(image), '.'], {
    name: `build-${image.name}`,
    logFolder: logFolder(settings),
    cwd: image.folder,
    onLine,
  });
  return true;
}

/** Builds the test agent, which stands beside every task where the environment asks for it. */
export async function buildTestAgent(
  run: Run,
  settings: LocalSettings,
  onLine: (line: string) => void,
): Promise<boolean> {
  const found = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', testAgentImage]);
  if (!found.failed) return false;
  await runLogged('docker', ['build', '--tag', testAgentImage, '.'], {
    name: 'build-test-agent',
    logFolder: logFolder(settings),
    cwd: path.join(settings.root, 'src/local/test-agent'),
    onLine,
  });
  return true;
}

/**
 * Pulls Datadog's agent unless the engine has it, for an environment that reports to Datadog.
 *
 * @throws StepError of one line that says what to do
 */
export async function pullAgent(run: Run, report: Reporter): Promise<void> {
  const found = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', agentImage]);
  if (!found.failed) return;
  report(`Pulling ${agentImage} …`);
  const pulled = await run('docker', ['pull', '--quiet', agentImage], { timeout: 600_000 });
  if (!pulled.failed) return;
  throw new StepError(
    `${agentImage} cannot be pulled (${lastWords(pulled, 1)}): let the Docker engine reach its registry, load the image with docker load, or unset DD_API_KEY to run the test agent`,
  );
}

/** Longest wait for a repository: many times what the foundation takes to come to it. */
const REPOSITORY_SECONDS = 600;

/**
 * Pushes an image to the emulator's registry unless its tag is there. Waits for its repository, which the foundation makes
 * early: the database that it makes meanwhile takes longer than the push.
 *
 * @param signal ends the wait: nobody makes the repository any more
 * @returns whether it was pushed
 */
export async function pushImage(
  run: Run,
  ecr: ECRClient,
  settings: LocalSettings,
  image: LocalImage,
  signal: AbortSignal,
): Promise<boolean> {
  const repository = `${settings.identity.name()}/pe/${image.name}`;
  const { images = [] } = await pRetry(
    () => ecr.send(new BatchGetImageCommand({ repositoryName: repository, imageIds: [{ imageTag: image.tag }] })),
    {
      retries: REPOSITORY_SECONDS,
      factor: 1,
      minTimeout: 1000,
      shouldRetry: ({ error }) => error instanceof RepositoryNotFoundException,
      signal,
    },
  );
  if (images.length > 0) return false;
  const registry = `127.0.0.1:${settings.ports.api}`;
  const { authorizationData: [authorization] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const [user = '', password = ''] = Buffer.from(authorization?.authorizationToken ?? '', 'base64')
    .toString()
    .split(':');
  // A configuration of our own: the person's logins stay as they are.
  const env = { DOCKER_CONFIG: path.join(settings.stateFolder, 'docker') };
  const login = await run('docker', ['login', '--username', user, '--password-stdin', registry], {
    input: password,
    env,
  });
  if (login.failed) throw new StepError(`docker login ${registry}: ${lastWords(login)}`);
  const target = `${registry}/${repository}:${image.tag}`;
  const tagged = await run('docker', ['tag', localName(image), target]);
  if (tagged.failed) throw new StepError(`docker tag ${target}: ${lastWords(tagged)}`);
  await runLogged('docker', ['push', target], {
    name: `push-${image.name}`,
    logFolder: logFolder(settings),
    cwd: settings.root,
    env,
  });
  return true;
}

/** Removes the registry's names of this workspace's images; the images themselves stay for the next `up`. */
export async function forgetImages(run: Run, { identity, ports }: LocalSettings): Promise<void> {
  const reference = `reference=127.0.0.1:${ports.api}/${identity.name()}/pe/*`;
  const { stdout } = await run('docker', ['images', '--filter', reference, '--format', '{{.Repository}}:{{.Tag}}']);
  const names = stdout.split('\n').filter(Boolean);
  if (names.length > 0) await run('docker', ['rmi', ...names]);
}
