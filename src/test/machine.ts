import { hostApt } from '../local/apt';
import { ensureBaseImages } from '../local/base-images';
import { ensureChromium } from '../local/chromium';
import { engineAdvice, engineProblem, ensureDockerEngine } from '../local/docker-engine';
import { run, start, type Reporter } from '../local/run';
import { AWS_PROVIDER } from '../local/terraform';
import { hasProvider, terraformConfig } from '../local/terraform-config';
import type { Need } from './stages';

export interface Machine {
  /** Variables for every stage. */
  readonly env: Readonly<Record<string, string>>;

  /** Why a need cannot be met here. */
  readonly missing: Partial<Record<Need, string>>;
}

/** Brings the engine, the base images and the browser up where that is possible, and says what is missing. */
export async function prepareMachine(
  stateFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
  needs: ReadonlySet<Need>,
  report: Reporter,
): Promise<Machine> {
  const missing: Partial<Record<Need, string>> = {};
  const env: Record<string, string> = {};
  const apt = await hostApt(run, report);

  if (needs.has('docker')) {
    const dockerHost = environment.DOCKER_HOST;
    const problem = await engineProblem(run);
    const advice = problem && engineAdvice(problem, { apt, dockerHost });
    if (advice !== undefined) missing.docker = advice;
    else {
      await ensureDockerEngine({ run, start, report, apt, dockerHost, stateFolder });
      await ensureBaseImages({ run, report, apt });
    }
  }
  if (needs.has('browser')) {
    const browser = await ensureChromium({ apt, chosen: environment.CHROMIUM, searchPath: environment.PATH });
    if ('path' in browser) env.CHROMIUM = browser.path;
    else missing.browser = browser.reason;
  }
  const terraform = await terraformConfig({ stateFolder, environment, providers: [AWS_PROVIDER] });
  Object.assign(env, terraform.env);
  if (needs.has('aws-provider')) {
    const found = await hasProvider(AWS_PROVIDER, terraform, run);
    if (!found.available) missing['aws-provider'] = found.reason;
  }
  return { env, missing };
}
