import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Run } from '../../src/local/run';
import { hasProvider, terraformConfig, type TerraformConfigProps } from '../../src/local/terraform-config';

const aws = { source: 'hashicorp/aws', version: '5.100.0' };
const datadog = { source: 'DataDog/datadog', version: '3.82.0' };
const system = process.platform === 'win32' ? 'windows' : process.platform;
const platform = `${system}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A mirror with the AWS provider in the given version. */
async function mirror(version: string, layout: 'packed' | 'unpacked' = 'unpacked'): Promise<string> {
  const provider = path.join(folder, 'mirror/registry.terraform.io/hashicorp/aws');
  const unpacked = path.join(provider, version, platform);
  await mkdir(layout === 'unpacked' ? unpacked : provider, { recursive: true });
  const name = `terraform-provider-aws_v${version}_x5`;
  await writeFile(
    layout === 'unpacked'
      ? path.join(unpacked, name)
      : path.join(provider, `terraform-provider-aws_${version}_${platform}.zip`),
    '',
  );
  return path.join(folder, 'mirror');
}

async function config(overrides: Partial<TerraformConfigProps> = {}) {
  const home = path.join(folder, 'home');
  const stateFolder = path.join(folder, '.cloudpe');
  return terraformConfig({ stateFolder, providers: [aws], environment: {}, mirrors: [], home, ...overrides });
}

const written = async () => readFile(path.join(folder, '.cloudpe/terraform.rc'), 'utf8');

describe('where Terraform takes its providers from', () => {
  test('a configuration file that the user named is kept', async () => {
    const file = path.join(folder, 'own.tfrc');
    await writeFile(file, '');
    const result = await config({ environment: { TF_CLI_CONFIG_FILE: file } });
    expect(result.env).not.toHaveProperty('TF_CLI_CONFIG_FILE');
    expect(result.summary).toContain(file);
  });

  test('~/.terraformrc is kept', async () => {
    await mkdir(path.join(folder, 'home'));
    await writeFile(path.join(folder, 'home/.terraformrc'), '');
    expect((await config()).env).not.toHaveProperty('TF_CLI_CONFIG_FILE');
  });

  test('garbage is collected less often than by default, unless the user says how often', async () => {
    expect((await config()).env).toMatchObject({ GOGC: '300' });
    expect((await config({ environment: { GOGC: '50' } })).env).toMatchObject({ GOGC: '50' });
  });

  test('a named file that does not exist is replaced by ours', async () => {
    const result = await config({ environment: { TF_CLI_CONFIG_FILE: path.join(folder, 'missing') } });
    expect(result.env.TF_CLI_CONFIG_FILE).toBe(path.join(folder, '.cloudpe/terraform.rc'));
  });

  test.each(['packed', 'unpacked'] as const)(
    'an %s mirror with the exact version is used, and alone',
    async (layout) => {
      const place = await mirror('5.100.0', layout);
      const result = await config({ mirrors: [place] });
      expect(await written()).toContain(`path    = "${place}"\n    include = ["registry.terraform.io/hashicorp/aws"]`);
      expect(await written()).toContain('exclude = ["registry.terraform.io/hashicorp/aws"]');
      expect(await written()).not.toContain('plugin_cache_dir');
      expect(result.summary).toBe(`hashicorp/aws from ${place}`);
    },
  );

  test('a mirror with another version is passed over', async () => {
    const result = await config({ mirrors: [await mirror('5.99.0')] });
    expect(await written()).toContain('direct {}');
    expect(await written()).not.toContain('filesystem_mirror');
    expect(result.summary).toBe('hashicorp/aws from the registry');
  });

  test('what the mirror lacks comes from the registry, through a cache', async () => {
    await config({ providers: [aws, datadog], mirrors: [await mirror('5.100.0')] });
    expect(await written()).toContain(`plugin_cache_dir = "${path.join(folder, '.cloudpe/plugins')}"`);
    expect(await written()).not.toContain('datadog');
  });

  test('folders that Terraform looks into by itself are found', async () => {
    await mirror('5.100.0');
    await mkdir(path.join(folder, 'data/terraform'), { recursive: true });
    await rename(path.join(folder, 'mirror'), path.join(folder, 'data/terraform/plugins'));
    const result = await config({ mirrors: undefined, environment: { XDG_DATA_HOME: path.join(folder, 'data') } });
    expect(result.summary).toBe(`hashicorp/aws from ${path.join(folder, 'data/terraform/plugins')}`);
  });
});

describe('whether a provider can be had', () => {
  const answer = (failed: boolean, stderr: string): Run => {
    return () => Promise.resolve({ failed, timedOut: false, exitCode: failed ? 1 : 0, stdout: '', stderr });
  };

  test('yes, when terraform init installs it', async () => {
    expect(await hasProvider(datadog, await config(), answer(false, ''))).toEqual({ available: true });
  });

  test('no, with the reason that terraform init gives, on one line', async () => {
    const output =
      'Warning: x\n\nError: Failed to query\n\nCould not retrieve versions\nfor datadog: no such host\n\nTo see more';
    expect(await hasProvider(datadog, await config(), answer(true, output))).toEqual({
      available: false,
      reason: 'provider DataDog/datadog 3.82.0: Could not retrieve versions for datadog: no such host',
    });
  });
});
