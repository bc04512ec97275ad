import path from 'node:path';
import type { EnvironmentConfig } from '../config/environment';
import { readInputs } from '../config/inputs';
import { Identity, PROJECT } from '../identity';

/** What every deploy command needs to know. */
export interface DeploySettings {
  /** The checkout. */
  readonly root: string;

  /** Folder for files that are made: `.cloudpe`. */
  readonly stateFolder: string;
  readonly config: EnvironmentConfig;
  readonly workspace: string;
  readonly version: string;
  readonly identity: Identity;

  /** The variables of whoever deploys. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads `ENVIRONMENT`, `WORKSPACE` and `VERSION`.
 *
 * @throws Error that names the variable, the rule and the value
 */
export function deploySettings(root: string, variables: DeploySettings['variables']): DeploySettings {
  const { config, workspace, version } = readInputs(variables);
  const identity = new Identity({ project: PROJECT, environment: config.name, workspace });
  return { root, stateFolder: path.join(root, '.cloudpe'), config, workspace, version, identity, variables };
}

/** Where the stacks are synthesized: a folder a workspace, because two may be deployed at once. */
export function outputFolder({ stateFolder, identity }: DeploySettings): string {
  return path.join(stateFolder, 'deploy', identity.name());
}

export function logFolder({ stateFolder, identity }: DeploySettings): string {
  return path.join(stateFolder, 'logs', identity.name());
}

/** How a person would call us again for the same place. */
export function calledWith({ config, workspace }: DeploySettings): string {
  return `ENVIRONMENT=${config.name}${workspace === 'default' ? '' : ` WORKSPACE=${workspace}`}`;
}
