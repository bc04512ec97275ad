import path from 'node:path';
import type { Apt } from './apt';
import { lastWords, type Reporter, type Run } from './run';

const BUILD_SCRIPT = path.join(import.meta.dirname, 'stand-ins/build.sh');

/** An image that ours are built on, or that runs as it is. */
export interface BaseImage {
  readonly name: string;
  /** What `stand-ins/build.sh` builds in its place. */
  readonly standIn: 'python' | 'mysql';
}

export const BASE_IMAGES: readonly BaseImage[] = [
  { name: 'python:3.13-slim-trixie', standIn: 'python' },
  { name: 'mysql:8.4', standIn: 'mysql' },
];

export interface BaseImagesProps {
  readonly run: Run;
  readonly report: Reporter;
  readonly apt: Apt;
  /** @default BASE_IMAGES */
  readonly images?: readonly BaseImage[];
  /** How long a pull may take before it counts as failed. @default 300 */
  readonly pullSeconds?: number;
}

export interface PresentImage {
  readonly name: string;
  /** Content address, `sha256:…`. */
  readonly id: string;
  /** What it was made from, when it is a stand-in; undefined for the official image. */
  readonly standIn: string | undefined;
}

/**
 * Makes sure that the base images are in the local Docker engine: those that are there stay, the others are pulled; what
 * cannot be pulled is built from Debian's packages under the same name, after saying so, and labelled `cloudpe.stand-in`.
 * @throws with all that was tried, where neither works.
 */
export async function ensureBaseImages(props: BaseImagesProps): Promise<readonly PresentImage[]> {
  const { run, report, apt, images = BASE_IMAGES, pullSeconds = 300 } = props;
  const present = new Map<string, PresentImage>();
  const look = async ({ name }: BaseImage) => {
    const found = await inspect(run, name);
    if (found !== undefined) present.set(name, found);
    return found !== undefined;
  };

  const problems = new Map<string, string>();
  await Promise.all(
    images.map(async (image) => {
      if (await look(image)) return;
      report(`Pulling ${image.name} …`);
      const pulled = await run('docker', ['pull', '--quiet', image.name], { timeout: pullSeconds * 1000 });
      if (pulled.failed) problems.set(image.name, `docker pull: ${lastWords(pulled, 1)}`);
      else await look(image);
    }),
  );

  const missing = images.filter(({ name }) => !present.has(name));
  if (missing.length > 0) {
    await prepare(apt, missing, problems);
    for (const { name } of missing) report(`${name} cannot be pulled: building a stand-in from Debian's packages …`);
    await Promise.all(
      missing.map(async (image) => {
        const built = await run('bash', [BUILD_SCRIPT, image.standIn, image.name], { timeout: 20 * 60_000 });
        if (built.failed || !(await look(image))) addProblem(problems, image.name, `stand-in: ${lastWords(built)}`);
      }),
    );
  }

  failIfAbsent(images, present, problems);
  return [...present.values()];
}

/** Installs what building a stand-in takes. */
async function prepare(apt: Apt, missing: readonly BaseImage[], problems: Map<string, string>): Promise<void> {
  try {
    if (apt.obstacle !== undefined) throw new Error(apt.obstacle);
    // Ubuntu does not have the keys of Debian's archive without being asked.
    await apt.install(['debootstrap', 'debian-archive-keyring'], 'to build base images that cannot be pulled');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    for (const { name } of missing) addProblem(problems, name, `no stand-in from Debian's packages: ${reason}`);
    failIfAbsent(missing, new Map(), problems);
  }
}

function addProblem(problems: Map<string, string>, name: string, problem: string): void {
  problems.set(name, [problems.get(name), problem].filter((text) => text !== undefined).join('\n    '));
}

function failIfAbsent(
  images: readonly BaseImage[],
  present: ReadonlyMap<string, unknown>,
  problems: ReadonlyMap<string, string>,
): void {
  const absent = images.filter(({ name }) => !present.has(name));
  if (absent.length === 0) return;
  const tried = absent.map(({ name }) => `  ${name}\n    ${problems.get(name) ?? 'not there after docker pull'}`);
  const advice = 'let the Docker engine reach a registry, or load the images with docker load';
  throw new Error(`base images cannot be had: ${advice}\n${tried.join('\n')}`);
}

async function inspect(run: Run, name: string): Promise<PresentImage | undefined> {
  const format = '{{.Id}} {{index .Config.Labels "cloudpe.stand-in"}}';
  const result = await run('docker', ['image', 'inspect', '--format', format, name]);
  if (result.failed) return undefined;
  const [id = '', standIn = ''] = result.stdout.trim().split(' ');
  // Docker prints <no value> for a label that is not there.
  return { name, id, standIn: standIn === '' || standIn.startsWith('<no') ? undefined : standIn };
}
