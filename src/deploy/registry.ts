import { BatchGetImageCommand, GetAuthorizationTokenCommand, type ECRClient } from '@aws-sdk/client-ecr';
import type { EnvironmentConfig } from '../config/environment';
import type { Identity } from '../identity';
import { localImage, type LocalImage } from '../images/image-tag';
import { lastWords, type Run } from '../local/run';

/** An image of this checkout, and the repository it belongs to. */
export interface DeployedImage extends LocalImage {
  readonly repository: string;
}

/** The image of every service, with the tag that its content has. */
export function imagesOf(root: string, config: EnvironmentConfig, identity: Identity): DeployedImage[] {
  return Object.entries(config.services).map(([name, { architecture }]) => ({
    ...localImage(root, name, architecture),
    repository: `${identity.name()}/pe/${name}`,
  }));
}

export interface RegistryContent {
  readonly present: readonly DeployedImage[];
  readonly missing: readonly DeployedImage[];

  /** Repositories that do not exist yet: nobody can have pushed there. */
  readonly noRepository: readonly string[];
}

/** Which images are in the registry under exactly the tags of this checkout. */
export async function inRegistry(ecr: ECRClient, images: readonly DeployedImage[]): Promise<RegistryContent> {
  const present: DeployedImage[] = [];
  const missing: DeployedImage[] = [];
  const noRepository: string[] = [];
  for (const image of images) {
    try {
      const { images: found = [] } = await ecr.send(
        new BatchGetImageCommand({ repositoryName: image.repository, imageIds: [{ imageTag: image.tag }] }),
      );
      (found.length > 0 ? present : missing).push(image);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'RepositoryNotFoundException') throw error;
      missing.push(image);
      noRepository.push(image.repository);
    }
  }
  return { present, missing, noRepository };
}

/** @throws Error naming each tag that is not there, when somebody else is to have pushed them */
export function requirePushed({ missing, noRepository }: RegistryContent, again: string): void {
  if (missing.length === 0) return;
  const tags = missing.map(({ repository, tag }) => `  ${repository}:${tag}`).join('\n');
  const advice =
    noRepository.length > 0
      ? `the repositories are made by the foundation: deploy it first (${again} npm run deploy -- foundation), push, and deploy the rest`
      : 'push them from this commit, or deploy a commit whose images were pushed';
  throw new Error(`the registry does not hold what would run:\n${tags}\n${advice}`);
}

/**
 * Runs `work` while Docker is signed in to the registry. The token goes to Docker by standard input and is forgotten
 * afterwards: it is in no state, no argument and no log.
 *
 * @throws Error when Docker does not answer or refuses
 */
export async function signedIn<T>(ecr: ECRClient, run: Run, registry: string, work: () => Promise<T>): Promise<T> {
  const { authorizationData: [data] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const [username = '', password = ''] = Buffer.from(data?.authorizationToken ?? '', 'base64')
    .toString()
    .split(':');
  if (password === '') throw new Error('ECR gave no token: ecr:GetAuthorizationToken must be allowed');
  const login = await run('docker', ['login', '--username', username, '--password-stdin', registry], {
    input: password,
    timeout: 60_000,
  });
  if (login.failed) {
    throw new Error(`docker login ${registry}: ${lastWords(login)}\nthe images stack builds with Docker: start it`);
  }
  try {
    return await work();
  } finally {
    await run('docker', ['logout', registry], { timeout: 60_000 });
  }
}

/**
 * Fetches images that were pushed from elsewhere. Terraform's Docker provider looks for them on this machine only, and
 * would build and push again what it does not find (kreuzwerker/terraform-provider-docker#571).
 */
export async function pullPresent(run: Run, registry: string, { present }: RegistryContent): Promise<void> {
  for (const { repository, tag } of present) {
    const result = await run('docker', ['pull', '--quiet', `${registry}/${repository}:${tag}`], { timeout: 600_000 });
    if (result.failed) throw new Error(`docker pull ${registry}/${repository}:${tag}: ${lastWords(result)}`);
  }
}
