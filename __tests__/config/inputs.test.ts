import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkWorkspace, readInputs, WORKSPACE_MAX_LENGTH } from '../../src/config/inputs';

describe('readInputs', () => {
  test('takes the workspace default and the version dev unless told otherwise', () => {
    expect(readInputs({ ENVIRONMENT: 'test' })).toMatchObject({
      config: { name: 'test' },
      workspace: 'default',
      version: 'dev',
    });
  });

  test('takes what it is told', () => {
    expect(readInputs({ ENVIRONMENT: 'prod', WORKSPACE: 'alice', VERSION: '1.2.3' })).toMatchObject({
      config: { name: 'prod' },
      workspace: 'alice',
      version: '1.2.3',
    });
  });

  test.each([
    [{}, 'ENVIRONMENT must be one of test, prod, local, got nothing'],
    [{ ENVIRONMENT: '' }, 'ENVIRONMENT must be one of test, prod, local, got ""'],
    [{ ENVIRONMENT: 'staging' }, 'ENVIRONMENT must be one of test, prod, local, got "staging"'],
    [{ ENVIRONMENT: 'constructor' }, 'ENVIRONMENT must be one of test, prod, local, got "constructor"'],
    [
      { ENVIRONMENT: 'test', WORKSPACE: 'Alice' },
      'WORKSPACE must be words of a-z and 0-9 joined by single hyphens, a letter first, got "Alice"',
    ],
    [
      { ENVIRONMENT: 'test', WORKSPACE: '' },
      'WORKSPACE must be words of a-z and 0-9 joined by single hyphens, a letter first, got ""',
    ],
    [
      { ENVIRONMENT: 'test', WORKSPACE: 'a'.repeat(21) },
      `WORKSPACE must have at most 20 characters, got "${'a'.repeat(21)}"`,
    ],
    [
      { ENVIRONMENT: 'test', WORKSPACE: 'my-prod' },
      'WORKSPACE must not contain the name of an environment (prod), got "my-prod"',
    ],
    [
      { ENVIRONMENT: 'test', VERSION: '-1' },
      'VERSION must be 1 to 63 of letters, digits, . _ -, a letter or digit first, got "-1"',
    ],
    [{ ENVIRONMENT: 'local', EMULATOR_PORT: '80' }, 'EMULATOR_PORT must be a port from 1024 to 65535, got "80"'],
  ])('refuses %j', (variables, message) => {
    expect(() => readInputs(variables)).toThrow(new Error(message));
  });

  test('lets a machine choose the port of its emulator, and no other environment', () => {
    expect(readInputs({ ENVIRONMENT: 'local', EMULATOR_PORT: '14566' }).config.emulator?.endpoint).toBe(
      'http://127.0.0.1:14566',
    );
    expect(readInputs({ ENVIRONMENT: 'test', EMULATOR_PORT: '14566' }).config).not.toHaveProperty('emulator');
  });
});

test('any text is a workspace or an error of one line that shows it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (workspace) => {
      try {
        expect(checkWorkspace(workspace)).toMatch(/^[a-z][a-z0-9-]*$/);
        expect(workspace.length).toBeLessThanOrEqual(WORKSPACE_MAX_LENGTH);
      } catch (error) {
        expect((error as Error).message).toMatch(/^WORKSPACE must .*, got ".*"$/);
      }
    }),
    { numRuns: 2000 },
  );
});

describe('main.ts', () => {
  const root = path.resolve(import.meta.dirname, '../..');

  /** What `cdktf synth` shows, run as cdktf runs it. */
  function synth(variables: Record<string, string>): { status: number; output: string } {
    const { PATH } = process.env;
    try {
      execFileSync(process.execPath, ['scripts/synth.mjs'], {
        cwd: root,
        env: { PATH, ...variables },
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return { status: 0, output: '' };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { status, output: stdout + stderr };
    }
  }

  test.each([
    [{}, 'ENVIRONMENT must be one of test, prod, local, got nothing'],
    [{ ENVIRONMENT: 'staging' }, 'ENVIRONMENT must be one of test, prod, local, got "staging"'],
    [
      { ENVIRONMENT: 'test', WORKSPACE: 'a--b' },
      'WORKSPACE must be words of a-z and 0-9 joined by single hyphens, a letter first, got "a--b"',
    ],
  ])(
    'ends with one line, exit code 1 and no stack trace for %j',
    (variables, line) => {
      expect(synth(variables)).toEqual({ status: 1, output: `${line}\n` });
    },
    60_000,
  );
});
