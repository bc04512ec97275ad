import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { lastWords, type Run } from './run';

const REGISTRY = 'registry.terraform.io';

/**
 * How much garbage Terraform and its providers let grow before they collect it (Go's own default is 100). They load the
 * schemas of a whole cloud and end: collecting less takes a fifth of their processor time away (`bench/results/local.md`).
 */
const GARBAGE_PERCENT = '300';

/** A Terraform provider as a stack asks for it. */
export interface Provider {
  /** `<namespace>/<type>` in Terraform's registry, e.g. `hashicorp/aws`. */
  readonly source: string;
  /** Exact, e.g. `5.100.0`. */
  readonly version: string;
}

export interface TerraformConfigProps {
  /** Folder for what we generate, `.cloudpe` in the project. */
  readonly stateFolder: string;
  readonly providers: readonly Provider[];
  /** The caller's environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders that may hold providers. @default - where Terraform itself looks, and the folders under /opt */
  readonly mirrors?: readonly string[];
  /** @default - this user's home */
  readonly home?: string;
}

export interface TerraformConfig {
  /** Variables to run Terraform and cdktf with, on top of the caller's. */
  readonly env: Readonly<Record<string, string>>;
  /** Where providers come from, for people. */
  readonly summary: string;
}

/**
 * Decides where Terraform takes its providers from: the user's own configuration file if there is one; else local mirrors
 * for the providers that they have in the exact version, and the registry, with a cache, for the others.
 */
export async function terraformConfig(props: TerraformConfigProps): Promise<TerraformConfig> {
  const home = props.home ?? os.homedir();
  const own = ownConfigFile(props.environment, home);
  const memory = { GOGC: props.environment.GOGC ?? GARBAGE_PERCENT };
  if (own !== undefined) return { env: memory, summary: `providers as ${own} says` };

  const mirrors = props.mirrors ?? (await mirrorFolders(props.environment, home));
  const found = new Map<string, string[]>();
  const elsewhere: string[] = [];
  for (const provider of props.providers) {
    const mirror = await findInMirrors(provider, mirrors);
    if (mirror === undefined) elsewhere.push(provider.source);
    else found.set(mirror, [...(found.get(mirror) ?? []), provider.source]);
  }

  const cache = path.resolve(props.stateFolder, 'plugins');
  await mkdir(cache, { recursive: true });
  const file = path.resolve(props.stateFolder, 'terraform.rc');
  await writeFile(file, configText(found, elsewhere.length > 0 ? cache : undefined));
  const parts = [...found].map(([mirror, sources]) => `${sources.join(', ')} from ${mirror}`);
  if (elsewhere.length > 0) parts.push(`${elsewhere.join(', ')} from the registry`);
  return { env: { ...memory, TF_CLI_CONFIG_FILE: file }, summary: parts.join('; ') };
}

/** Whether a provider can be had, and if not, why: in words fit for a skipped test. */
export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

/**
 * Asks Terraform itself to install the provider into a folder that is thrown away, so that mirrors, proxies and the user's
 * own configuration count exactly as they will later. Offline this takes a moment; online it fills the provider cache.
 * @param config what `terraformConfig` returned for this provider
 */
export async function hasProvider(provider: Provider, config: TerraformConfig, run: Run): Promise<Availability> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-provider-'));
  try {
    const content = { terraform: { required_providers: { wanted: { ...provider } } } };
    await writeFile(path.join(folder, 'main.tf.json'), JSON.stringify(content));
    const result = await run('terraform', ['init', '-backend=false', '-input=false', '-no-color'], {
      cwd: folder,
      env: { ...config.env, TF_REGISTRY_CLIENT_TIMEOUT: '5', TF_REGISTRY_DISCOVERY_RETRY: '1' },
      timeout: 120_000,
    });
    if (!result.failed) return { available: true };
    return {
      available: false,
      reason: `provider ${provider.source} ${provider.version}: ${initProblem(lastWords(result, 30))}`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The providers of `providers` that can be had, and why the others cannot. */
export async function availableProviders(
  providers: readonly Provider[],
  config: TerraformConfig,
  run: Run,
): Promise<ReadonlyMap<string, Availability>> {
  const answers = new Map<string, Availability>();
  // One after the other: Terraform's plugin cache is not made for writers side by side.
  for (const provider of providers) answers.set(provider.source, await hasProvider(provider, config, run));
  return answers;
}

/** The file that the user configured Terraform with, if it is there. */
function ownConfigFile(environment: TerraformConfigProps['environment'], home: string): string | undefined {
  const named = environment.TF_CLI_CONFIG_FILE;
  const usual =
    environment.APPDATA === undefined
      ? path.join(home, '.terraformrc')
      : path.join(environment.APPDATA, 'terraform.rc');
  // A variable that names a file which is not there makes Terraform warn and read nothing: then ours does no harm.
  const file = named === undefined || named === '' ? usual : named;
  return existsSync(file) ? file : undefined;
}

/** Where Terraform looks without being told, and the folders under /opt, where machine images keep providers. */
async function mirrorFolders(environment: TerraformConfigProps['environment'], home: string): Promise<string[]> {
  const list = (value: string | undefined, fallback: string) =>
    (value ?? fallback).split(path.delimiter).filter(Boolean);
  const data = [
    ...list(environment.XDG_DATA_HOME, path.join(home, '.local/share')),
    ...list(environment.XDG_DATA_DIRS, ['/usr/local/share', '/usr/share'].join(path.delimiter)),
  ];
  const optional = await readdir('/opt').catch(() => []);
  return [
    path.join(home, '.terraform.d/plugins'),
    ...data.map((folder) => path.join(folder, 'terraform/plugins')),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
    ...optional.map((name) => path.join('/opt', name)),
  ];
}

async function findInMirrors(provider: Provider, mirrors: readonly string[]): Promise<string | undefined> {
  for (const mirror of mirrors) if (await mirrorHas(mirror, provider)) return mirror;
  return undefined;
}

/** Knows both layouts: unpacked `<version>/<platform>/`, packed `terraform-provider-<type>_<version>_<platform>.zip`. */
async function mirrorHas(mirror: string, { source, version }: Provider): Promise<boolean> {
  const folder = path.join(mirror, REGISTRY, source.toLowerCase());
  const type = path.basename(folder);
  if (existsSync(path.join(folder, `terraform-provider-${type}_${version}_${platform()}.zip`))) return true;
  const unpacked = await readdir(path.join(folder, version, platform())).catch(() => []);
  return unpacked.some((name) => name.startsWith(`terraform-provider-${type}`));
}

/** This machine as providers name it, e.g. `linux_amd64`. */
function platform(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const machines: Partial<Record<string, string>> = { x64: 'amd64', ia32: '386' };
  return `${system}_${machines[process.arch] ?? process.arch}`;
}

function configText(found: ReadonlyMap<string, readonly string[]>, cache: string | undefined): string {
  const names = (sources: readonly string[]) =>
    JSON.stringify(sources.map((source) => `${REGISTRY}/${source.toLowerCase()}`));
  const mirrors = [...found].map(
    ([mirror, sources]) =>
      `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = ${names(sources)}\n  }`,
  );
  // Excluded from the registry: Terraform would ask it for their versions too, and fail where it does not answer.
  const mirrored = [...found.values()].flat();
  const direct = mirrored.length === 0 ? '  direct {}' : `  direct {\n    exclude = ${names(mirrored)}\n  }`;
  return [
    '# Written by cloudpe on every run. A configuration file of your own is used instead of this one.',
    ...(cache === undefined ? [] : [`plugin_cache_dir = ${JSON.stringify(cache)}`]),
    'provider_installation {',
    ...mirrors,
    direct,
    '}',
    '',
  ].join('\n');
}

/** The sentence of `terraform init` that says what is wrong, without the warnings and hints around it. */
function initProblem(output: string): string {
  const error = output.slice(Math.max(0, output.lastIndexOf('Error: ')));
  const text = error.replace(/^Error: [^\n]*\n/, '').trim();
  return (text.split('\n\n')[0] ?? text).replace(/\s+/g, ' ');
}
