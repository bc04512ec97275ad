import type { Apt } from './apt';
import { engineAdvice, engineProblem } from './docker-engine';
import { portProblem, type WantedPort } from './port';
import type { Run } from './run';

const MINIMUM_NODE = '20.9';
// The first with write-only arguments, which keep the database's password out of the state.
const MINIMUM_TERRAFORM = '1.11';

export interface PrerequisitesProps {
  readonly run: Run;
  readonly apt: Apt;
  readonly ports: readonly WantedPort[];
  /** Names of our own containers: a port that one of them publishes is not taken. */
  readonly ourContainers: readonly string[];
  /** The caller's DOCKER_HOST. @default - the engine of this machine */
  readonly dockerHost?: string | undefined;
  /** Variables for Terraform, as `terraformConfig` gives them. @default - none */
  readonly terraformEnv?: Readonly<Record<string, string>>;
  /** @default - of this process */
  readonly nodeVersion?: string;
}

/**
 * Everything that this machine lacks, each with what to do; empty when all is there. A Docker engine that
 * `ensureDockerEngine` will start is not lacking.
 */
export async function prerequisiteProblems(props: PrerequisitesProps): Promise<readonly string[]> {
  const problems = await Promise.all([
    terraformProblem(props.run, props.terraformEnv ?? {}),
    dockerProblem(props),
    ...props.ports.map((port) => portProblem(port, props.ourContainers, props.run)),
  ]);
  return [nodeProblem(props.nodeVersion ?? process.versions.node), ...problems].filter(
    (problem) => problem !== undefined,
  );
}

/** @throws with all problems at once, one a line. */
export async function requirePrerequisites(props: PrerequisitesProps): Promise<void> {
  const problems = await prerequisiteProblems(props);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function nodeProblem(version: string): string | undefined {
  if (isAtLeast(version, MINIMUM_NODE)) return undefined;
  return `Node ${MINIMUM_NODE} or newer is needed, this is ${version}: see https://nodejs.org`;
}

async function terraformProblem(run: Run, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const advice = 'see https://developer.hashicorp.com/terraform/install';
  const result = await run('terraform', ['version', '-json'], { env, timeout: 60_000 });
  if (result.code === 'ENOENT')
    return `Terraform ${MINIMUM_TERRAFORM} or newer is needed, none is installed: ${advice}`;
  // Warnings go to standard error, so this is JSON or nothing.
  const version = /"terraform_version":\s*"([^"]+)"/.exec(result.stdout)?.[1];
  if (version === undefined) return `terraform version does not say its version (${result.stderr.trim()}): ${advice}`;
  if (isAtLeast(version, MINIMUM_TERRAFORM)) return undefined;
  return `Terraform ${MINIMUM_TERRAFORM} or newer is needed, this is ${version}: ${advice}`;
}

async function dockerProblem({ run, apt, dockerHost }: PrerequisitesProps): Promise<string | undefined> {
  const problem = await engineProblem(run);
  return problem === undefined ? undefined : engineAdvice(problem, { apt, dockerHost });
}

/** Compares `major.minor`. */
function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => parseInt(part, 10));
  const [leastMajor = 0, leastMinor = 0] = minimum.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
