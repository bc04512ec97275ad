import type { Run } from '../local/run';

const MINIMUM_TERRAFORM = [1, 11] as const;

/** The version that the project's bindings were made for; cdktf's own libraries must agree with it. */
const CDKTF = '0.21.0';

/**
 * Checks the programs that deploy.
 *
 * @throws Error that names every program that is missing or too old, and where to get it
 */
export async function checkVersions(run: Run, cdktf: string): Promise<void> {
  const problems = (await Promise.all([terraformProblem(run), cdktfProblem(run, cdktf)])).filter(Boolean);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function terraformProblem(run: Run): Promise<string | undefined> {
  const wanted = `Terraform ${MINIMUM_TERRAFORM.join('.')} or newer is needed`;
  const advice = 'see https://developer.hashicorp.com/terraform/install';
  const result = await run('terraform', ['version', '-json'], { timeout: 60_000 });
  if (result.code === 'ENOENT') return `${wanted}, none is installed: ${advice}`;
  const version = /"terraform_version":\s*"([^"]+)"/.exec(result.stdout)?.[1];
  if (version === undefined) return `${wanted}, this one does not say its version: ${advice}`;
  const [major = 0, minor = 0] = version.split('.').map((part) => parseInt(part, 10));
  const [leastMajor, leastMinor] = MINIMUM_TERRAFORM;
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return enough ? undefined : `${wanted}, this is ${version}: ${advice}`;
}

async function cdktfProblem(run: Run, cdktf: string): Promise<string | undefined> {
  const result = await run(cdktf, ['--version'], { timeout: 60_000, env: { CHECKPOINT_DISABLE: '1' } });
  if (result.code === 'ENOENT') return `cdktf ${CDKTF} is needed, none is installed: run npm ci`;
  const version = /\d+\.\d+\.\d+/.exec(result.stdout)?.[0] ?? 'unknown';
  return version === CDKTF ? undefined : `cdktf ${CDKTF} is needed, this is ${version}: run npm ci`;
}
