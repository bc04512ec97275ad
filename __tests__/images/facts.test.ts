import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { docker, dockerAnswers, image, tag } from './stage.js';

interface Inspection {
  readonly Config: {
    readonly User: string;
    readonly ExposedPorts: object;
    readonly StopSignal: string;
    readonly Healthcheck: { readonly Test: string[] };
    readonly Labels: Record<string, string>;
    readonly Entrypoint: string[] | null;
    readonly Env: string[];
  };
  readonly RootFS: { readonly Layers: string[] };
  readonly Size: number;
}

const images = [
  { name: 'backend', port: '4000/tcp', largestMB: 260 },
  { name: 'frontend', port: '80/tcp', largestMB: 220 },
] as const;

describe.skipIf(!(await dockerAnswers())).each(images)('the $name image', ({ name, port, largestMB }) => {
  let inspection: Inspection;
  const inside = async (script: string) => await docker('run', '--rm', '--user', '0', tag(name), 'sh', '-c', script);

  beforeAll(async () => {
    await Promise.all([image(name), image('tools')]);
    [inspection] = JSON.parse(await docker('image', 'inspect', tag(name))) as [Inspection];
  });

  test('runs as a user without rights, on one port', () => {
    expect(inspection.Config.User).toBe('10001:10001');
    expect(Object.keys(inspection.Config.ExposedPorts)).toEqual([port]);
  });

  test('names its stop signal, its health check and itself', () => {
    expect(inspection.Config.StopSignal).toBe('SIGTERM');
    expect(inspection.Config.Healthcheck.Test.slice(0, 2)).toEqual(['CMD', 'python']);
    expect(inspection.Config.Labels).toMatchObject({
      'org.opencontainers.image.title': `cloudpe ${name}`,
      'org.opencontainers.image.licenses': 'MIT',
    });
  });

  test('has no entry point, so that a task can run another command', () => {
    expect(inspection.Config.Entrypoint ?? []).toEqual([]);
  });

  test('holds no compiler, no package cache and no file that changes its user', async () => {
    expect(await inside('command -v gcc cc make pkg-config; ls /var/lib/apt/lists /var/cache/apt; true')).toBe(
      '/var/cache/apt:\n\n/var/lib/apt/lists:',
    );
    expect(await inside('find / -xdev -perm /6000 -type f')).toBe('');
  });

  test('holds the application compiled, and nothing of the repository beside it', async () => {
    const files = (await inside('cd /srv && find . -type f')).split('\n');
    expect(files.some((file) => /app\/__pycache__\/factory\.cpython-313\.pyc$/.test(file))).toBe(true);
    expect(files.filter((file) => /tests|Dockerfile|requirements|\.in$|\.git/.test(file))).toEqual([]);
  });

  test('keeps variables with a secret out of itself', () => {
    expect(inspection.Config.Env.filter((variable) => /PASSWORD|TOKEN|KEY|SECRET/.test(variable))).toEqual([]);
  });

  test(`is smaller than ${largestMB} MB`, () => {
    console.info(`${name}: ${Math.round(inspection.Size / 1e6)} MB in ${inspection.RootFS.Layers.length} layers`);
    expect(inspection.Size / 1e6).toBeLessThan(largestMB);
  });

  test('has nothing that hadolint objects to', async () => {
    const dockerfile = await readFile(new URL(`../../images/${name}/Dockerfile`, import.meta.url), 'utf8');
    const { stdout } = await execa('docker', ['run', '--rm', '--interactive', tag('tools'), 'hadolint', '-'], {
      input: dockerfile,
      reject: false,
    });
    expect(stdout).toBe('');
  });

  test('installs only what a hash vouches for', async () => {
    const lock = await readFile(new URL(`../../images/${name}/requirements.txt`, import.meta.url), 'utf8');
    const packages = lock.split(/\n(?=[a-z])/i).filter((entry) => !entry.startsWith('#'));
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter((entry) => !/^[\w.-]+==\S+.*--hash=sha256:[0-9a-f]{64}/s.test(entry))).toEqual([]);
  });
});

test('both images write their log lines with the same code', async () => {
  const [backend, frontend] = await Promise.all(
    ['backend', 'frontend'].map(
      async (name) => await readFile(new URL(`../../images/${name}/app/observability.py`, import.meta.url), 'utf8'),
    ),
  );
  expect(frontend).toBe(backend);
});
