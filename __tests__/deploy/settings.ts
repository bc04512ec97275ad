import { environments } from '../../src/config/environments';
import { parseEnvironment, type EnvironmentConfig } from '../../src/config/environment';
import { deploySettings, type DeploySettings } from '../../src/deploy/settings';
import type { Person } from '../../src/deploy/approval';
import type { Run, RunResult } from '../../src/local/run';

/** Settings of an environment as the rows say, with overrides. */
export function settingsOf(
  name: 'test' | 'prod' | 'local',
  overrides: Partial<EnvironmentConfig> = {},
  variables: Readonly<Record<string, string>> = {},
): DeploySettings {
  const settings = deploySettings(process.cwd(), { ENVIRONMENT: name, ...variables });
  return { ...settings, config: parseEnvironment({ ...environments[name], ...overrides }) };
}

/** A person who answers every question with `answer`, or one who is not there. */
export function person(answer?: string): Person & { readonly asked: string[] } {
  const asked: string[] = [];
  const note = (question: string): void => {
    asked.push(question);
  };
  return {
    asked,
    present: answer !== undefined,
    confirm: async (question) => {
      note(question);
      return Promise.resolve(answer === 'yes');
    },
    type: async (question) => {
      note(question);
      return Promise.resolve(answer ?? '');
    },
  };
}

const fine: RunResult = { exitCode: 0, failed: false, timedOut: false, stdout: '', stderr: '' };

/** Programs that answer as told, by the beginning of their command line; every call is remembered. */
export function programs(answers: Readonly<Record<string, Partial<RunResult>>> = {}): {
  readonly run: Run;
  readonly calls: { readonly line: string; readonly input: string | undefined }[];
} {
  const calls: { line: string; input: string | undefined }[] = [];
  const all: Readonly<Record<string, Partial<RunResult>>> = {
    ...{ 'terraform version': { stdout: '{"terraform_version": "1.11.4"}' }, 'cdktf --version': { stdout: '0.21.0' } },
    ...{ 'git rev-parse': { stdout: '1234567890abcdef1234567890abcdef12345678' } },
    ...answers,
  };
  return {
    calls,
    run: async (command, args, options) => {
      const line = [command.split('/').at(-1), ...args].join(' ');
      calls.push({ line, input: options?.input });
      const found = Object.entries(all).find(([start]) => line.startsWith(start));
      return Promise.resolve({ ...fine, ...found?.[1] });
    },
  };
}
