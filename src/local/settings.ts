import path from 'node:path';
import type { EmulatorConfig, EnvironmentConfig } from '../config/environment';
import { readInputs } from '../config/inputs';
import { Identity, PROJECT } from '../identity';

/** What every local command needs to know. */
export interface LocalSettings {
  /** The checkout. */
  readonly root: string;

  /** Folder for files that are made: `.cloudpe`. */
  readonly stateFolder: string;
  readonly workspace: string;
  readonly config: EnvironmentConfig;
  readonly emulator: EmulatorConfig;
  readonly identity: Identity;

  /** Ports on the loopback interface. */
  readonly ports: { readonly api: number; readonly http: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The variables by which other ports are chosen. */
export const PORT_VARIABLES = { api: 'EMULATOR_PORT', http: 'HTTP_PORT' } as const;

/**
 * Reads `WORKSPACE`, `VERSION`, `EMULATOR_PORT` (default 4566) and `HTTP_PORT` (default 8080).
 *
 * @throws Error that names the variable, the rule and the value
 */
export function localSettings(root: string, environment: Readonly<Record<string, string | undefined>>): LocalSettings {
  const { config, workspace } = readInputs({ ...environment, ENVIRONMENT: 'local' });
  const { emulator } = config;
  if (!emulator) throw new Error('environments.local.emulator must be set: there is no other local platform');
  return {
    root,
    stateFolder: path.join(root, '.cloudpe'),
    workspace,
    config,
    emulator,
    identity: new Identity({ project: PROJECT, environment: config.name, workspace }),
    ports: { api: Number(new URL(emulator.endpoint).port), http: httpPort(environment) },
    environment,
  };
}

function httpPort(environment: Readonly<Record<string, string | undefined>>): number {
  const value = environment[PORT_VARIABLES.http] ?? '8080';
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1024 || port > 65_535) {
    throw new Error(`${PORT_VARIABLES.http} must be a port from 1024 to 65535, got ${JSON.stringify(value)}`);
  }
  return port;
}
