import { describe, expect, test } from 'vitest';
import { Apt } from '../../src/local/apt';
import { ensureBaseImages } from '../../src/local/base-images';
import { scripted, type Answer } from './scripted-run';

const absent: Answer = { failed: true, stderr: 'No such image' };
const official: Answer = { stdout: 'sha256:1 ' };
const standIn: Answer = { stdout: 'sha256:2 debian-sid-mysql' };
const noRegistry: Answer = { failed: true, stderr: 'lookup registry-1.docker.io: no such host' };

function fixture(answers: Record<string, Answer | Answer[]>, uid = 0) {
  const { run, commands } = scripted(answers);
  const lines: string[] = [];
  const report = (line: string) => lines.push(line);
  const apt = new Apt({ run, report, osRelease: 'ID=debian\n', uid });
  const images = [{ name: 'mysql:8.4', standIn: 'mysql' }] as const;
  return { ensure: () => ensureBaseImages({ run, report, apt, images }), commands, lines };
}

describe('base images', () => {
  test('those that are there are left alone', async () => {
    const { ensure, commands, lines } = fixture({ inspect: official });
    expect(await ensure()).toEqual([{ name: 'mysql:8.4', id: 'sha256:1', standIn: undefined }]);
    expect(commands).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test('a stand-in says what it is', async () => {
    expect(await fixture({ inspect: standIn }).ensure()).toMatchObject([{ standIn: 'debian-sid-mysql' }]);
  });

  test('others are pulled', async () => {
    const { ensure, commands, lines } = fixture({ inspect: [absent, official] });
    expect(await ensure()).toMatchObject([{ standIn: undefined }]);
    expect(commands).toContain('docker pull --quiet mysql:8.4');
    expect(lines).toEqual(['Pulling mysql:8.4 …']);
  });

  test('what cannot be pulled is built from packages, after saying so', async () => {
    const { ensure, commands, lines } = fixture({ inspect: [absent, standIn], 'docker pull': noRegistry });
    expect(await ensure()).toMatchObject([{ standIn: 'debian-sid-mysql' }]);
    expect(commands.some((command) => command.endsWith('build.sh mysql mysql:8.4'))).toBe(true);
    expect(lines.at(-1)).toBe("mysql:8.4 cannot be pulled: building a stand-in from Debian's packages …");
  });

  test('where no package can be installed, the error says what was tried', async () => {
    const { ensure } = fixture({ inspect: absent, 'docker pull': noRegistry }, 1000);
    await expect(ensure()).rejects.toThrow(
      [
        'base images cannot be had: let the Docker engine reach a registry, or load the images with docker load',
        '  mysql:8.4',
        '    docker pull: lookup registry-1.docker.io: no such host',
        "    no stand-in from Debian's packages: only root can install packages",
      ].join('\n'),
    );
  });

  test('a stand-in that fails: both reasons are told', async () => {
    const bash: Answer = { failed: true, stderr: 'debootstrap of Debian sid failed' };
    const { ensure } = fixture({ inspect: absent, 'docker pull': noRegistry, bash });
    await expect(ensure()).rejects.toThrow(/no such host\n +stand-in: debootstrap of Debian sid failed/);
  });
});
