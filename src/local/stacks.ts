import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { datadogVariables } from './datadog-keys';
import { logFolder } from './emulator-container';
import { runLogged } from './logged';
import type { LocalSettings } from './settings';
import { terraformErrors } from './terraform-lines';

/** The stacks of the local environment, in the order in which they are deployed. */
export const LOCAL_STACKS = ['foundation', 'application'] as const;
export type LocalStack = (typeof LOCAL_STACKS)[number];

interface StacksProps {
  readonly settings: LocalSettings;

  /** Variables that tell Terraform where its providers are. */
  readonly terraformEnv: Readonly<Record<string, string>>;
}

/** Synthesizes, deploys and destroys the stacks of one workspace with `cdktf`. */
export class Stacks {
  private readonly outputFolder: string;

  public constructor(private readonly props: StacksProps) {
    // One folder a workspace: two of them may be deployed at once.
    this.outputFolder = path.join(props.settings.stateFolder, 'out', props.settings.workspace);
  }

  /** Writes the Terraform JSON of every stack. */
  public async synthesize(): Promise<void> {
    mkdirSync(this.outputFolder, { recursive: true });
    rmSync(path.join(this.outputFolder, 'manifest.json'), { force: true });
    await runLogged('node', ['scripts/synth.mjs'], { ...this.common('synth'), cause: (lines) => lines.join('\n') });
  }

  /** Whether `stack` is deployed as it is now synthesized, by this incarnation of the emulator. */
  public isApplied(stack: LocalStack, incarnation: string): boolean {
    const mark = this.markFile(stack);
    return existsSync(mark) && readFileSync(mark, 'utf8') === this.mark(stack, incarnation);
  }

  /** Whether `stack` was deployed by this incarnation of the emulator, as it is now or otherwise. */
  public wasApplied(stack: LocalStack, incarnation: string): boolean {
    const mark = this.markFile(stack);
    return existsSync(mark) && readFileSync(mark, 'utf8').endsWith(` ${incarnation}\n`);
  }

  /** Applies `stack`; `onLine` hears Terraform. */
  public async deploy(stack: LocalStack, onLine: (line: string) => void): Promise<void> {
    this.forget(stack);
    this.forgetBackend(stack);
    const args = ['deploy', this.idOf(stack), '--ignore-missing-stack-dependencies', '--skip-provider-lock'];
    await this.cdktf(`deploy-${stack}`, args, onLine);
  }

  /** Notes that `stack` is deployed as it is now synthesized. */
  public remember(stack: LocalStack, incarnation: string): void {
    mkdirSync(path.dirname(this.markFile(stack)), { recursive: true });
    writeFileSync(this.markFile(stack), this.mark(stack, incarnation));
  }

  /** Destroys every stack, the last first. */
  public async destroy(onLine: (line: string) => void): Promise<void> {
    LOCAL_STACKS.forEach((stack) => {
      this.forget(stack);
      this.forgetBackend(stack);
    });
    await this.cdktf('destroy', ['destroy', ...LOCAL_STACKS.map((stack) => this.idOf(stack))], onLine);
  }

  /** Removes what was synthesized and remembered. */
  public clear(): void {
    LOCAL_STACKS.forEach((stack) => {
      this.forget(stack);
    });
    rmSync(this.outputFolder, { recursive: true, force: true });
  }

  /** Where the Terraform JSON of `stack` is. */
  public folderOf(stack: LocalStack): string {
    return path.join(this.outputFolder, 'stacks', this.idOf(stack));
  }

  /** What every call of `node`, `cdktf` and `terraform` needs to know. */
  public get env(): Record<string, string> {
    const { settings, terraformEnv } = this.props;
    return {
      ...terraformEnv,
      ...datadogVariables(settings.config, settings.environment),
      ENVIRONMENT: 'local',
      WORKSPACE: settings.workspace,
      CDKTF_OUTDIR: this.outputFolder,
      CI: '1',
      CHECKPOINT_DISABLE: '1',
      // The credentials of a person have no business with an emulator.
      AWS_ACCESS_KEY_ID: 'emulator',
      AWS_SECRET_ACCESS_KEY: 'emulator',
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
    };
  }

  private async cdktf(name: string, args: readonly string[], onLine: (line: string) => void): Promise<void> {
    const common = ['--auto-approve', '--skip-synth', '--no-color', '--output', this.outputFolder];
    await runLogged(path.join(this.props.settings.root, 'node_modules/.bin/cdktf'), [...args, ...common], {
      ...this.common(name),
      onLine,
      cause: terraformErrors,
    });
  }

  private common(name: string): Pick<Parameters<typeof runLogged>[2], 'name' | 'logFolder' | 'cwd' | 'env'> {
    const { settings } = this.props;
    return { name, logFolder: logFolder(settings), cwd: settings.root, env: this.env };
  }

  private idOf(stack: LocalStack): string {
    return this.props.settings.identity.stackId(stack);
  }

  private mark(stack: LocalStack, incarnation: string): string {
    const json = readFileSync(path.join(this.folderOf(stack), 'cdk.tf.json'));
    return `${createHash('sha256').update(json).digest('hex')} ${incarnation}\n`;
  }

  private markFile(stack: LocalStack): string {
    return path.join(this.props.settings.stateFolder, 'applied', this.idOf(stack));
  }

  /** Terraform remembers the last address of the state and asks when it differs, as it does on another port. */
  private forgetBackend(stack: LocalStack): void {
    rmSync(path.join(this.folderOf(stack), '.terraform', 'terraform.tfstate'), { force: true });
  }

  private forget(stack: LocalStack): void {
    rmSync(this.markFile(stack), { force: true });
  }
}
