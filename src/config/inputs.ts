import { ENVIRONMENT_NAMES, parseEnvironment, type EnvironmentConfig, type EnvironmentName } from './environment';
import { environments } from './environments';

/** What a person decides at the moment of deploying; all else is in `environments.ts`. */
export interface Inputs {
  readonly config: EnvironmentConfig;
  readonly workspace: string;

  /** What Datadog and `/version` show as the running version. */
  readonly version: string;
}

/** At most this long, so that every name stays within AWS's limits. */
export const WORKSPACE_MAX_LENGTH = 20;

/**
 * Reads `ENVIRONMENT`, `WORKSPACE` (default `default`) and `VERSION` (default `dev`); for environments that say so, also
 * `EMULATOR_PORT` and whether there is a `DD_API_KEY`.
 *
 * @throws Error of one line a problem, each naming the variable, the rule and the value
 */
export function readInputs(variables: Readonly<Record<string, string | undefined>>): Inputs {
  const workspace = checkWorkspace(variables.WORKSPACE ?? 'default');
  const version = checkVersion(variables.VERSION ?? 'dev');
  const config = withKey(withPort(readEnvironment(variables), variables.EMULATOR_PORT), variables.DD_API_KEY);
  return { config, workspace, version };
}

/** An environment that a test agent watches may name who takes its place once there is a key. Only that there is one counts here. */
function withKey(config: EnvironmentConfig, key: string | undefined): EnvironmentConfig {
  const { datadog } = config;
  if (datadog.kind !== 'test-agent' || !datadog.withKey || (key ?? '').trim() === '') return config;
  return { ...config, datadog: datadog.withKey };
}

/** An environment without a cloud may find its emulator on another port, because 4566 may be taken on this machine. */
function withPort(config: EnvironmentConfig, port: string | undefined): EnvironmentConfig {
  if (!config.emulator || port === undefined) return config;
  if (!/^\d+$/.test(port) || Number(port) < 1024 || Number(port) > 65_535) {
    throw new Error(`EMULATOR_PORT must be a port from 1024 to 65535, got ${JSON.stringify(port)}`);
  }
  const endpoint = new URL(config.emulator.endpoint);
  endpoint.port = port;
  return { ...config, emulator: { ...config.emulator, endpoint: endpoint.origin } };
}

/** The row that `ENVIRONMENT` names, checked. */
function readEnvironment(variables: Readonly<Record<string, string | undefined>>): EnvironmentConfig {
  const { ENVIRONMENT: name } = variables;
  if (!isEnvironmentName(name)) {
    throw new Error(
      `ENVIRONMENT must be one of ${ENVIRONMENT_NAMES.join(', ')}, got ${name === undefined ? 'nothing' : JSON.stringify(name)}`,
    );
  }
  return parseEnvironment(environments[name]);
}

/**
 * `workspace`, if it may name a copy of an environment.
 *
 * No word of it may be an environment's name: that keeps every name made from it unique (see `Identity`).
 */
export function checkWorkspace(workspace: string): string {
  const fail = (rule: string): never => {
    throw new Error(`WORKSPACE must ${rule}, got ${JSON.stringify(workspace)}`);
  };
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(workspace))
    fail('be words of a-z and 0-9 joined by single hyphens, a letter first');
  if (workspace.length > WORKSPACE_MAX_LENGTH) fail(`have at most ${WORKSPACE_MAX_LENGTH} characters`);
  const word = workspace.split('-').find(isEnvironmentName);
  if (word !== undefined) fail(`not contain the name of an environment (${word})`);
  return workspace;
}

function checkVersion(version: string): string {
  // The rule of container tags and of Datadog's tag values, whichever is stricter.
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/i.test(version)) {
    throw new Error(
      `VERSION must be 1 to 63 of letters, digits, . _ -, a letter or digit first, got ${JSON.stringify(version)}`,
    );
  }
  return version;
}

function isEnvironmentName(value: string | undefined): value is EnvironmentName {
  return (ENVIRONMENT_NAMES as readonly (string | undefined)[]).includes(value);
}
