import { describe, expect, test } from 'vitest';
import { Apt } from '../../src/local/apt';
import { prerequisiteProblems, requirePrerequisites, type PrerequisitesProps } from '../../src/local/prerequisites';
import { scripted, type Answer } from './scripted-run';

const good = {
  'terraform version': { stdout: '{"terraform_version": "1.11.4"}' },
  'docker version': { stdout: '20.10' },
};

function fixture(answers: Record<string, Answer> = {}, overrides: Partial<PrerequisitesProps> = {}, uid = 1000) {
  const { run } = scripted({ ...good, ...answers });
  const apt = new Apt({ run, report: () => undefined, osRelease: 'ID=debian', uid });
  return { run, apt, ports: [], ourContainers: [], nodeVersion: '20.20.0', ...overrides };
}

describe('prerequisites', () => {
  test('a machine that has all of them has no problem', async () => {
    expect(await prerequisiteProblems(fixture())).toEqual([]);
  });

  test.each(['18.20.1', '20.8.9'])('Node %s is too old', async (nodeVersion) => {
    expect(await prerequisiteProblems(fixture({}, { nodeVersion }))).toEqual([
      `Node 20.9 or newer is needed, this is ${nodeVersion}: see https://nodejs.org`,
    ]);
  });

  test.each(['20.9.0', '22.0.0'])('Node %s is new enough', async (nodeVersion) => {
    expect(await prerequisiteProblems(fixture({}, { nodeVersion }))).toEqual([]);
  });

  test.each(['1.11.0-rc1', '1.12.3', '2.0.0'])('Terraform %s is new enough', async (version) => {
    const stdout = `{"terraform_version":"${version}"}`;
    const stderr = 'Warning: Unable to open CLI configuration file';
    expect(await prerequisiteProblems(fixture({ 'terraform version': { stdout, stderr } }))).toEqual([]);
  });

  test('an old Terraform is told, with what to do', async () => {
    const answer = { stdout: '{"terraform_version":"1.9.8"}' };
    expect(await prerequisiteProblems(fixture({ 'terraform version': answer }))).toEqual([
      'Terraform 1.11 or newer is needed, this is 1.9.8: see https://developer.hashicorp.com/terraform/install',
    ]);
  });

  test('an engine that will be started for the user is no problem', async () => {
    const down = { 'docker version': { failed: true, stderr: 'Cannot connect' } };
    expect(await prerequisiteProblems(fixture(down, {}, 0))).toEqual([]);
    expect(await prerequisiteProblems(fixture(down, {}, 1000))).toHaveLength(1);
  });

  test('all problems are told at once, one a line', async () => {
    const none: Answer = { failed: true, code: 'ENOENT' };
    const props = fixture({ 'terraform version': none, 'docker version': none }, { nodeVersion: '18.0.0' });
    await expect(requirePrerequisites(props)).rejects.toThrow(/^Node .*\nTerraform .*\nno Docker engine .*$/);
  });
});
