import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Apt } from '../../src/local/apt';
import { ensureDockerEngine, engineProblem, removeStalePidFile } from '../../src/local/docker-engine';
import { scripted, type Answer } from './scripted-run';

const answers: Answer = { stdout: '20.10.24' };
const silent: Answer = { failed: true, stderr: 'Cannot connect to the Docker daemon' };
const noClient: Answer = { failed: true, code: 'ENOENT' };
const forbidden: Answer = { failed: true, stderr: 'permission denied while trying to connect' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cloudpe-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Overrides {
  version: Answer | Answer[];
  other?: Record<string, Answer>;
  uid?: number;
  alive?: boolean;
  dockerHost?: string;
  systemd?: boolean;
}

function fixture({ version, other = {}, uid = 0, alive = true, ...rest }: Overrides) {
  const { run, commands } = scripted({ 'docker version': version, ...other });
  const lines: string[] = [];
  const started: string[] = [];
  const report = (line: string) => lines.push(line);
  const apt = new Apt({ run, report, osRelease: 'ID=debian\n', uid });
  const start = (command: string) => {
    started.push(command);
    return { alive: () => alive };
  };
  const props = { run, start, report, apt, stateFolder: folder, pidFile: path.join(folder, 'pid'), systemd: false };
  return { ensure: () => ensureDockerEngine({ ...props, startSeconds: 1, ...rest }), commands, lines, started };
}

describe('the Docker engine', () => {
  test('one that answers is left alone', async () => {
    const { ensure, commands, lines } = fixture({ version: answers });
    await ensure();
    expect(commands).toEqual(['docker version --format {{.Server.Version}}']);
    expect(lines).toEqual([]);
  });

  test('on Debian as root it is installed and started, after saying so', async () => {
    const other = { 'dockerd --version': noClient };
    const { ensure, commands, lines, started } = fixture({ version: [noClient, silent, silent, answers], other });
    await ensure();
    expect(
      commands.some((command) => command.includes('install') && command.includes('docker.io ca-certificates iptables')),
    ).toBe(true);
    expect(started).toEqual(['dockerd']);
    expect(lines[0]).toBe('No Docker engine answers (there is no docker command)');
    expect(lines.at(-1)).toMatch(/^Starting the Docker engine \(dockerd, its log in .*dockerd\.log\)/);
  });

  test('an engine of another make that does not run is started, and nothing put in its place', async () => {
    const { ensure, commands, started } = fixture({ version: [silent, silent, silent, answers] });
    await ensure();
    expect(commands.filter((command) => command.includes('docker.io'))).toEqual([]);
    expect(started).toEqual(['dockerd']);
  });

  test('a client in a package of its own is installed too', async () => {
    const { ensure, commands } = fixture({ version: [noClient, noClient, silent, answers] });
    await ensure();
    expect(
      commands.some((command) => command.endsWith('install --yes --no-install-recommends --no-remove docker-cli')),
    ).toBe(true);
  });

  test('an engine that installing has started is not started again', async () => {
    const { ensure, started } = fixture({ version: [noClient, answers, answers] });
    await ensure();
    expect(started).toEqual([]);
  });

  test('where systemd runs, systemd starts it', async () => {
    const { ensure, commands, started } = fixture({ version: [silent, silent, silent, answers], systemd: true });
    await ensure();
    expect(commands).toContain('systemctl start docker');
    expect(started).toEqual([]);
  });

  test('one that never answers is an error that names its log', async () => {
    await writeFile(path.join(folder, 'dockerd.log'), 'failed to start: no iptables\n');
    const { ensure } = fixture({ version: silent });
    await expect(ensure()).rejects.toThrow(
      /does not answer \(waited 1 s; .*dockerd\.log shows more\nfailed to start: no iptables/,
    );
  });

  test('one that ends at once is not waited for', async () => {
    const { ensure, commands } = fixture({ version: silent, alive: false });
    await expect(ensure()).rejects.toThrow('(it ended at once)');
    expect(commands.filter((command) => command.startsWith('docker version'))).toHaveLength(4);
  });

  test('without root nothing is installed; the error says what to do and why it is not done', async () => {
    const { ensure, started } = fixture({ version: silent, uid: 1000 });
    await expect(ensure()).rejects.toThrow(/install Docker .* because only root can install packages/);
    expect(started).toEqual([]);
  });

  test('an engine elsewhere is not started here', async () => {
    const { ensure } = fixture({ version: silent, dockerHost: 'tcp://10.0.0.1:2375' });
    await expect(ensure()).rejects.toThrow('the Docker engine at DOCKER_HOST=tcp://10.0.0.1:2375 does not answer');
  });

  test('one that refuses this user: the group is named', async () => {
    await expect(fixture({ version: forbidden }).ensure()).rejects.toThrow('add the user to the group docker');
  });

  test('a client without an engine counts as no engine', async () => {
    expect(await engineProblem(scripted({ 'docker version': silent }).run)).toMatchObject({ kind: 'no-engine' });
  });
});

describe('the number that a killed engine left behind', () => {
  test.each([
    ['of a process that is gone', '4194999'],
    ['of another program', String(process.pid)],
  ])('%s is removed', async (_, pid) => {
    const file = path.join(folder, 'docker.pid');
    await writeFile(file, pid);
    await removeStalePidFile(file);
    expect(existsSync(file)).toBe(false);
  });

  test('no number is no problem', async () => {
    await expect(removeStalePidFile(path.join(folder, 'docker.pid'))).resolves.toBe(false);
  });
});
