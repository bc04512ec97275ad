import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Span } from '../datadog/support/evidence';

const root = new URL('../../', import.meta.url).pathname;

/** What a task definition would tell the containers; the contract looks for these words in what they send. */
export const deployment = {
  env: 'test',
  version: 'contract-1',
  rumApplication: '00000000-0000-4000-8000-000000000000',
};

/** What stands in the place of Datadog's CDN and intake. */
export interface RumAddresses {
  readonly sdkUrl: string;
  readonly url: string;
}

/** The real images, a real MySQL and Datadog's own test agent, in a network of their own. */
export class Platform {
  private readonly id = `dd-contract-${randomBytes(3).toString('hex')}`;
  private readonly password = randomBytes(16).toString('hex');
  private readonly containers: string[] = [];

  private constructor(private readonly rum: RumAddresses) {}

  public static async start(rum: RumAddresses): Promise<Platform> {
    const platform = new Platform(rum);
    try {
      await platform.up();
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return platform;
  }

  public async stop(): Promise<void> {
    if (this.containers.length > 0) await docker(['rm', '--force', '--volumes', ...this.containers]);
    await docker(['network', 'rm', this.id], { reject: false });
  }

  /** The address of a container's port on this machine. */
  public async address(name: string, port: number): Promise<string> {
    const published = await docker(['port', this.name(name), String(port)]);
    return `http://${published.split('\n')[0] ?? ''}`;
  }

  public async logs(name: string): Promise<string> {
    const { all } = await execa('docker', ['logs', this.name(name)], { all: true });
    return all;
  }

  /** Everything that the tracers have sent so far. */
  public async spans(): Promise<Span[]> {
    const answer = await fetch(`${await this.address('agent', 8126)}/test/traces`);
    // Ids have 64 bits, more than a number of JavaScript holds.
    const text = (await answer.text()).replace(/"(trace_id|span_id|parent_id)":\s*(\d+)/g, '"$1":"$2"');
    return (JSON.parse(text) as Span[][]).flat();
  }

  /** Waits until `found` is true of the spans: tracers send once a second. */
  public async spansUntil(found: (spans: readonly Span[]) => boolean): Promise<Span[]> {
    let spans: Span[] = [];
    await until('the tracers to send what was done', async () => {
      spans = await this.spans();
      return found(spans);
    });
    return spans;
  }

  public async sql(statement: string): Promise<void> {
    await docker([
      'exec',
      '--env',
      `MYSQL_PWD=${this.password}`,
      this.name('mysql'),
      'mysql',
      '-uroot',
      '-e',
      statement,
    ]);
  }

  /** A second backend, of version `name`, whose source is not the image's: `source` replaces `file`. */
  public async startMutant(name: string, file: string, source: string): Promise<void> {
    const environment = [...this.backendEnvironment(), ...variables({ DD_VERSION: name })];
    await this.run(name, 'backend', [...environment, ...publish(4000)], { create: true });
    const folder = await mkdtemp(join(tmpdir(), 'contract-'));
    await writeFile(join(folder, file), source);
    await docker(['cp', join(folder, file), `${this.name(name)}:/srv/app/${file}`]);
    await rm(folder, { recursive: true });
    await docker(['start', this.name(name)]);
    await this.answers(name, 4000, '/health');
  }

  /** A second backend without a tracer, for comparison. */
  public async startPlain(name: string): Promise<void> {
    await this.run(name, 'backend', [
      ...variables({ ...this.database(), DD_TRACE_ENABLED: 'false' }),
      ...publish(4000),
    ]);
    await this.answers(name, 4000, '/ready');
  }

  private async up(): Promise<void> {
    await docker(['network', 'create', this.id]);
    await Promise.all([build('backend'), build('frontend'), buildTestAgent()]);
    await this.run('mysql', 'mysql:8.4', variables({ MYSQL_ROOT_PASSWORD: this.password, MYSQL_ROOT_HOST: '%' }));
    await this.run('agent', 'test-agent', publish(8126));
    await until('MySQL to answer', async () => {
      const { exitCode } = await execa(
        'docker',
        [
          'exec',
          '--env',
          `MYSQL_PWD=${this.password}`,
          this.name('mysql'),
          'mysql',
          '-h127.0.0.1',
          '-uroot',
          '-e',
          'SELECT 1',
        ],
        { reject: false },
      );
      return exitCode === 0;
    });
    await docker([
      'run',
      '--rm',
      `--name=${this.name('migrate')}`,
      `--network=${this.id}`,
      ...variables({
        ...this.database(),
        MASTER_USERNAME: 'root',
        MASTER_PASSWORD: this.password,
        PASSWORD_VERSION: '1',
        DD_TRACE_ENABLED: 'false',
      }),
      'cloudpe-contract/backend',
      'python',
      '-m',
      'app.migrate',
    ]);
    await this.run('backend', 'backend', [...this.backendEnvironment(), ...publish(4000)]);
    await this.run('frontend', 'frontend', [
      ...variables({
        ...this.tracing('frontend-service'),
        API_URL: `http://${this.name('backend')}:4000`,
        RUM_APPLICATION_ID: deployment.rumApplication,
        RUM_CLIENT_TOKEN: 'pub-contract-placeholder',
        RUM_SITE: 'us5.datadoghq.com',
        RUM_SERVICE: 'cloudpe',
        RUM_SDK_URL: this.rum.sdkUrl,
        RUM_PROXY: this.rum.url,
      }),
      ...publish(80),
    ]);
    await this.answers('backend', 4000, '/ready');
    await this.answers('frontend', 80, '/health');
  }

  private async run(name: string, image: string, args: readonly string[], { create = false } = {}): Promise<void> {
    const reference = image.includes(':') ? image : `cloudpe-contract/${image}`;
    this.containers.push(this.name(name));
    // As the task definition has it, but for the capability to bind port 80, which nginx's file carries.
    const locked = image.includes(':') ? [] : ['--cap-drop=ALL', '--cap-add=NET_BIND_SERVICE', '--tmpfs=/tmp'];
    const readOnly = image.includes(':') || create ? [] : ['--read-only'];
    await docker([
      ...(create ? ['create'] : ['run', '--detach']),
      `--name=${this.name(name)}`,
      `--network=${this.id}`,
      ...locked,
      ...readOnly,
      ...args,
      reference,
    ]);
  }

  private async answers(name: string, port: number, path: string): Promise<void> {
    await until(`${name} to answer ${path}`, async () => {
      try {
        // Docker accepts a connection before the process behind it listens, and may then leave it hanging.
        return (await fetch((await this.address(name, port)) + path, { signal: AbortSignal.timeout(2000) })).ok;
      } catch {
        return false;
      }
    });
  }

  private backendEnvironment(): string[] {
    return variables({ ...this.database(), ...this.tracing('backend-service') });
  }

  private database(): Record<string, string> {
    return {
      APP_ENV: deployment.env,
      DATABASE_NAME: 'notes',
      DATABASE_ENDPOINT: `${this.name('mysql')}:3306`,
      DATABASE_USERNAME: 'app',
      DATABASE_PASSWORD: this.password,
      DATABASE_TLS: 'encrypt',
    };
  }

  private tracing(service: string): Record<string, string> {
    return {
      APP_ENV: deployment.env,
      DD_ENV: deployment.env,
      DD_SERVICE: service,
      DD_VERSION: deployment.version,
      DD_AGENT_HOST: this.name('agent'),
      DD_LOGS_INJECTION: 'true',
    };
  }

  private name(container: string): string {
    return `${this.id}-${container}`;
  }
}

export async function until(what: string, done: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function build(tier: string): Promise<void> {
  await docker(['build', '--quiet', '--tag', `cloudpe-contract/${tier}`, `${root}images/${tier}`]);
}

async function buildTestAgent(): Promise<void> {
  await docker(['build', '--quiet', '--tag', 'cloudpe-contract/test-agent', `${root}src/local/test-agent`]);
}

async function docker(args: readonly string[], options: { reject?: boolean } = {}): Promise<string> {
  const { stdout } = await execa('docker', args, options);
  return stdout;
}

function variables(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `--env=${name}=${value}`);
}

/** On the loopback only, at a port that is free. */
function publish(port: number): string[] {
  return [`--publish=127.0.0.1::${port}`];
}
