import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { terraformConfig, type Provider } from '../local/terraform-config';
import type { SynthesizedStack } from './stacks';

const documentShape = z.looseObject({
  terraform: z
    .looseObject({
      required_providers: z.record(z.string(), z.looseObject({ source: z.string(), version: z.string() })).default({}),
    })
    .optional(),
});

/** Variables for Terraform beyond the caller's: where the providers of these stacks are, and Datadog's key as the stacks name it. */
export async function terraformVariables(
  stacks: readonly SynthesizedStack[],
  environment: Readonly<Record<string, string | undefined>>,
  stateFolder = '.cloudpe',
): Promise<Record<string, string>> {
  const providers = await Promise.all(stacks.map(providersOf));
  const { env } = await terraformConfig({ stateFolder, environment, providers: distinct(providers.flat()) });
  const key = environment['DD_API_KEY'];
  return { ...env, ...(key === undefined ? {} : { TF_VAR_datadog_api_key: key }), CHECKPOINT_DISABLE: '1' };
}

async function providersOf({ folder }: SynthesizedStack): Promise<Provider[]> {
  const json = await readFile(join(folder, 'cdk.tf.json'), 'utf8').catch(() => '{}');
  const { success, data } = documentShape.safeParse(JSON.parse(json));
  if (!success) return [];
  return Object.values(data.terraform?.required_providers ?? {}).map(({ source, version }) => ({
    // CDKTF writes "aws" for HashiCorp's own.
    source: source.includes('/') ? source : `hashicorp/${source}`,
    version,
  }));
}

function distinct(providers: readonly Provider[]): Provider[] {
  return [...new Map(providers.map((provider) => [`${provider.source} ${provider.version}`, provider])).values()];
}
