import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { datadogVariables } from '../local/datadog-keys';
import { runLogged } from '../local/logged';
import { terraformConfig, type Provider } from '../local/terraform-config';
import { planStacks, readStacks, type Planned, type SynthesizedStack } from '../review/stacks';
import { logFolder, outputFolder, type DeploySettings } from './settings';
import { causeOf, countsOf, type Counts } from './terraform-lines';

/** The binaries that the bindings ask for, exactly. */
const PROVIDERS = [
  { source: 'hashicorp/aws', version: '5.100.0' },
  { source: 'DataDog/datadog', version: '3.82.0' },
  { source: 'kreuzwerker/docker', version: '3.6.2' },
];

/**
 * The variables that synth, Terraform and cdktf need for one deployment; `cli.ts` puts them into the environment of
 * every program that it starts.
 *
 * @throws Error when an environment that Datadog watches is deployed without Datadog's keys
 */
export async function deployVariables(settings: DeploySettings): Promise<Record<string, string>> {
  const { config, workspace, version } = settings;
  return {
    ...(await terraformVariables(settings, PROVIDERS)),
    ...datadogVariables(config, settings.variables),
    ENVIRONMENT: config.name,
    WORKSPACE: workspace,
    VERSION: version,
    CDKTF_OUTDIR: outputFolder(settings),
  };
}

/** The variables that Terraform needs for the `state` stack. */
export async function bootstrapVariables(settings: DeploySettings): Promise<Record<string, string>> {
  return terraformVariables(
    settings,
    PROVIDERS.filter(({ source }) => source === 'hashicorp/aws'),
  );
}

async function terraformVariables(
  { config, variables, stateFolder }: DeploySettings,
  providers: readonly Provider[],
): Promise<Record<string, string>> {
  const { env } = await terraformConfig({ stateFolder, environment: variables, providers });
  return {
    ...env,
    ...(config.emulator && {
      // The credentials of a person have no business with an emulator.
      AWS_ACCESS_KEY_ID: 'emulator',
      AWS_SECRET_ACCESS_KEY: 'emulator',
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
    }),
    // Plain text from cdktf, no questions from Terraform, and no call home from either.
    CI: '1',
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  };
}

/** Synthesizes, plans, deploys and destroys the stacks of one workspace. */
export class DeployStacks {
  private readonly folder: string;

  public constructor(private readonly settings: DeploySettings) {
    this.folder = outputFolder(settings);
  }

  /** Writes the Terraform JSON of every stack. */
  public async synthesize(): Promise<readonly SynthesizedStack[]> {
    mkdirSync(this.folder, { recursive: true });
    rmSync(path.join(this.folder, 'manifest.json'), { force: true });
    await runLogged('node', ['scripts/synth.mjs'], { ...this.common('synth'), cause: (lines) => lines.join('\n') });
    return readStacks(this.folder);
  }

  public async plan(stacks: readonly SynthesizedStack[], onStack: (name: string) => void): Promise<Planned> {
    return planStacks(stacks, { onStack });
  }

  /** Applies the stacks, producers first. */
  public async deploy(
    stacks: readonly SynthesizedStack[],
    onLine: (line: string) => void,
  ): Promise<{ readonly counts: ReadonlyMap<string, Counts>; readonly outputs: Outputs }> {
    const outputsFile = path.join(this.folder, 'outputs.json');
    const lines: string[] = [];
    const outputs: Record<string, Outputs[string]> = {};
    for (const args of deployCalls(stacks)) {
      rmSync(outputsFile, { force: true });
      const common = ['--skip-provider-lock', '--outputs-file', outputsFile];
      lines.push(
        ...(await this.cdktf(
          args.includes(IGNORE_MISSING) ? `deploy-${args[0] ?? ''}` : 'deploy',
          ['deploy', ...args, ...common],
          onLine,
        )),
      );
      Object.assign(outputs, readOutputs(outputsFile));
    }
    return { counts: countsOf(lines), outputs };
  }

  /** Destroys the stacks, consumers first: `stacks` is in the order of deploying. */
  public async destroy(stacks: readonly SynthesizedStack[], onLine: (line: string) => void): Promise<void> {
    for (const { id } of [...stacks].reverse()) {
      await this.cdktf(`destroy-${id}`, ['destroy', id, IGNORE_MISSING, '--skip-provider-lock'], onLine);
    }
  }

  private async cdktf(name: string, args: readonly string[], onLine: (line: string) => void): Promise<string[]> {
    return runLogged(
      path.join(this.settings.root, 'node_modules/.bin/cdktf'),
      [...args, '--auto-approve', '--skip-synth', '--no-color', '--output', this.folder],
      { ...this.common(name), onLine, cause: causeOf },
    );
  }

  private common(name: string): { name: string; logFolder: string; cwd: string } {
    return { name, logFolder: logFolder(this.settings), cwd: this.settings.root };
  }
}

const IGNORE_MISSING = '--ignore-missing-stack-dependencies';

/**
 * The arguments of the calls of `cdktf deploy` that apply `stacks`.
 *
 * One call, in which stacks that do not need each other are applied side by side, when all that they need is among them.
 * Otherwise one call a stack: with the flag that permits it, cdktf 0.21 ignores the order altogether.
 */
export function deployCalls(stacks: readonly SynthesizedStack[]): readonly (readonly string[])[] {
  const ids = stacks.map(({ id }) => id);
  const whole = stacks.every(({ dependencies }) => dependencies.every((id) => ids.includes(id)));
  return whole ? [ids] : ids.map((id) => [id, IGNORE_MISSING]);
}

/** By stack, then by name. */
export type Outputs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function readOutputs(file: string): Outputs {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Outputs;
  } catch {
    // Stacks without outputs write no file.
    return {};
  }
}
