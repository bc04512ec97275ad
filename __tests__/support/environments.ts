import { Testing } from 'cdktf';
import path from 'node:path';
import { defineEnvironment } from '../../src/app';
import type { EnvironmentConfig } from '../../src/config/environment';
import { WORKSPACE_MAX_LENGTH } from '../../src/config/inputs';
import { Synthesized } from './synth';

/** The folder that holds this project's `images/`. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** The longest workspace that inputs accept. */
export const LONGEST_WORKSPACE = 'w'.repeat(WORKSPACE_MAX_LENGTH);

/** Every stack of one environment, by the last word of its id: `foundation`, `application`, … */
export function stacksOf(
  config: EnvironmentConfig,
  { workspace = 'default', version = 'dev', root = ROOT } = {},
): Readonly<Record<string, Synthesized>> {
  const app = Testing.app();
  defineEnvironment(app, { config, workspace, version }, root);
  return Object.fromEntries(
    Synthesized.app(app).map((stack) => [stack.name.slice(stack.name.lastIndexOf('-') + 1), stack]),
  );
}

/** One stack of them. */
export function stackOf(
  stack: string,
  config: EnvironmentConfig,
  options?: Parameters<typeof stacksOf>[1],
): Synthesized {
  const found = stacksOf(config, options)[stack];
  if (!found) throw new Error(`${config.name} has no stack ${stack}`);
  return found;
}
