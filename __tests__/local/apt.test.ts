import { describe, expect, test } from 'vitest';
import { Apt } from '../../src/local/apt';
import { scripted } from './scripted-run';

const debian = 'PRETTY_NAME="Debian"\nID=debian\nVERSION_CODENAME=bookworm\n';
const ubuntu = 'ID=ubuntu\nID_LIKE=debian\n';
const mint = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n';
const fedora = 'ID=fedora\n';

function fixture(answers: Parameters<typeof scripted>[0] = {}, osRelease = debian, uid = 0) {
  const { run, commands } = scripted(answers);
  const lines: string[] = [];
  return { apt: new Apt({ run, report: (line) => lines.push(line), osRelease, uid }), commands, lines };
}

describe('apt', () => {
  test.each([
    [debian, 'debian'],
    [ubuntu, 'ubuntu'],
    [mint, 'ubuntu'],
    [fedora, undefined],
    ['', undefined],
  ])('%j is %s', (osRelease, distribution) => {
    expect(fixture({}, osRelease).apt.distribution).toBe(distribution);
  });

  test('is of no use elsewhere, or without root, and says why', () => {
    expect(fixture({}, fedora).apt.obstacle).toBe('this is neither Debian nor Ubuntu');
    expect(fixture({}, debian, 1000).apt.obstacle).toBe('only root can install packages');
    expect(fixture().apt.obstacle).toBeUndefined();
  });

  test('installs only what is missing, after saying so', async () => {
    const { apt, commands, lines } = fixture({ 'dpkg-query': { stdout: 'iptables installed\nold config-files\n' } });
    await apt.install(['docker.io', 'iptables', 'old'], 'for the engine');
    expect(lines).toEqual(["Installing docker.io, old from the distribution's packages, for the engine …"]);
    expect(commands.at(-1)).toMatch(/install --yes --no-install-recommends --no-remove docker.io old$/);
  });

  test('does nothing when all is there', async () => {
    const { apt, commands, lines } = fixture({ 'dpkg-query': { stdout: 'iptables installed\n' } });
    await apt.install(['iptables'], 'for the engine');
    expect(lines).toEqual([]);
    expect(commands).toHaveLength(1);
  });

  test('fetches the lists once', async () => {
    const { apt, commands } = fixture();
    await apt.install(['one'], '');
    await apt.install(['two'], '');
    expect(commands.filter((command) => command.endsWith(' update'))).toHaveLength(1);
  });

  test('a source that does not answer is no obstacle', async () => {
    const { apt } = fixture({ update: { failed: true, stderr: 'E: no answer' } });
    await expect(apt.install(['one'], '')).resolves.toBeUndefined();
  });

  test("a failure has apt's own words, and those of the update before it", async () => {
    const { apt } = fixture({
      update: { failed: true, stderr: 'E: no answer' },
      'install --yes': { failed: true, stderr: 'E: Unable to locate package one' },
    });
    await expect(apt.install(['one'], '')).rejects.toThrow(
      'apt-get install one failed: E: Unable to locate package one\napt-get update had failed too: E: no answer',
    );
  });
});
