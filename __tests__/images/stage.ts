import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readOnly = ['--read-only', '--tmpfs', '/tmp:size=64m'];

export const master = { username: 'root', password: 'master-placeholder' };
export const application = { username: 'application', password: 'application-placeholder' };
export const monitor = { username: 'datadog', password: 'monitor-placeholder' };

/** Everything a test writes or reads goes through here: one network of its own, real MySQL, the built images. */
export class Stage {
  readonly name = `img-${randomBytes(4).toString('hex')}`;
  private readonly containers: string[] = [];

  private constructor() {}

  /** A network and nothing else. */
  static async empty(): Promise<Stage> {
    const stage = new Stage();
    // Published ports stay on the loopback.
    await docker('network', 'create', '--opt', 'com.docker.network.bridge.host_binding_ipv4=127.0.0.1', stage.name);
    return stage;
  }

  /** MySQL with a migrated schema, the backend and the frontend, all answering. */
  static async full(options: { backend?: Variables; frontend?: Variables } = {}): Promise<Stage> {
    await Promise.all([image('backend'), image('frontend')]);
    const stage = await Stage.empty();
    try {
      await stage.mysql();
      await stage.migrate();
      await stage.backend(options.backend);
      await stage.frontend(options.frontend);
      await stage.answers('backend', 4000, '/ready');
      await stage.answers('frontend', 80, '/health');
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  /** On memory, which forgets at a stop, unless it shall last. */
  async mysql(options: { lasting: boolean } = { lasting: false }): Promise<void> {
    await this.run('mysql', 'mysql:8.4', {
      environment: { MYSQL_ROOT_PASSWORD: master.password, MYSQL_ROOT_HOST: '%' },
      options: options.lasting ? [] : ['--tmpfs', '/var/lib/mysql:size=1g'],
      command: ['--require-secure-transport=ON'],
      writable: true,
    });
    await until(30_000, 'MySQL accepts the master user', async () => {
      const ping = await this.sql('SELECT 1').catch(() => '');
      return ping.trim() === '1';
    });
  }

  /** One statement as the master user; the rows as lines. */
  async sql(statement: string): Promise<string> {
    const client = ['mysql', '-h127.0.0.1', `-u${master.username}`, '--ssl-mode=REQUIRED', '-N', '-B', '-e', statement];
    return await docker('exec', '-e', `MYSQL_PWD=${master.password}`, this.container('mysql'), ...client);
  }

  /** The migration as the task runs it; what it printed. */
  async migrate(variables: Variables = {}): Promise<string> {
    const environment = {
      ...database,
      MASTER_USERNAME: master.username,
      MASTER_PASSWORD: master.password,
      MONITOR_USERNAME: monitor.username,
      MONITOR_PASSWORD: monitor.password,
      ...variables,
    };
    const command = ['python', '-m', 'app.migrate'];
    return await docker('run', '--rm', '--network', this.name, ...readOnly, ...flags(environment), tag('backend'), ...command);
  }

  async backend(variables: Variables = {}, name = 'backend', options: string[] = []): Promise<void> {
    await this.run(name, tag('backend'), { environment: { ...database, ...variables }, port: 4000, options });
  }

  async frontend(variables: Variables = {}, name = 'frontend', options: string[] = []): Promise<void> {
    const environment = { APP_ENV: 'test', API_URL: 'http://backend:4000', DD_TRACE_ENABLED: 'false', ...variables };
    await this.run(name, tag('frontend'), { environment, port: 80, options });
  }

  /** Datadog's test agent in the agent's place, as `agent:8126`. */
  async agent(): Promise<void> {
    const command = ['ddapm-test-agent', '--host=0.0.0.0', '--port=8126'];
    await this.run('agent', await image('tools'), { port: 8126, command, writable: true });
    await this.answers('agent', 8126, '/info');
  }

  async run(name: string, from: string, container: Container): Promise<void> {
    this.containers.push(this.container(name));
    await docker(
      ...['run', '--detach', '--name', this.container(name), '--network', this.name, '--network-alias', name],
      ...(container.writable === true ? [] : readOnly),
      ...(container.port === undefined ? [] : ['--publish', `127.0.0.1::${container.port}`]),
      ...flags(container.environment ?? {}),
      ...(container.options ?? []),
      from,
      ...(container.command ?? []),
    );
  }

  container(name: string): string {
    return `${this.name}-${name}`;
  }

  /** Where the host reaches a container's port. */
  async url(name: string, port: number): Promise<string> {
    const [published = ''] = (await docker('port', this.container(name), String(port))).split('\n');
    return `http://${published}`;
  }

  async answers(name: string, port: number, path: string): Promise<void> {
    const url = (await this.url(name, port)) + path;
    await until(30_000, `${name} answers ${path}`, async () => await ok(url));
  }

  async logs(name: string): Promise<string> {
    const { all } = await execa('docker', ['logs', this.container(name)], { all: true });
    return all;
  }

  /** Sends the stop signal, and says how long the end took and what it was. */
  async stop(name: string): Promise<{ seconds: number; code: number }> {
    const started = Date.now();
    await docker('stop', '--time', '25', this.container(name));
    return { seconds: (Date.now() - started) / 1000, code: await this.exitCode(name) };
  }

  async exitCode(name: string): Promise<number> {
    return Number(await docker('wait', this.container(name)));
  }

  async close(): Promise<void> {
    if (this.containers.length > 0) await execa('docker', ['rm', '--force', '--volumes', ...this.containers], { reject: false });
    await execa('docker', ['network', 'rm', this.name], { reject: false });
  }
}

export type Variables = Readonly<Record<string, string>>;
interface Container {
  readonly environment?: Variables;
  readonly port?: number;
  readonly options?: readonly string[];
  readonly command?: readonly string[];
  /** @default false - a read-only root with a tmpfs at /tmp, as in the task definition */
  readonly writable?: boolean;
}

const database: Variables = {
  APP_ENV: 'test',
  DATABASE_NAME: 'cloudpe',
  DATABASE_ENDPOINT: 'mysql:3306',
  DATABASE_TLS: 'encrypt',
  DATABASE_USERNAME: application.username,
  DATABASE_PASSWORD: application.password,
  DD_TRACE_ENABLED: 'false',
};

/** Builds an image of this repository, or the one with the test tools; Docker's cache makes the second time free. */
export async function image(name: 'backend' | 'frontend' | 'tools'): Promise<string> {
  const context = name === 'tools' ? '__tests__/images/tools' : `images/${name}`;
  const network = process.env.BUILD_NETWORK;
  await docker('build', '--quiet', ...(network === undefined ? [] : ['--network', network]), '--tag', tag(name), context);
  return tag(name);
}

export function tag(name: string): string {
  return `cloudpe-images-test/${name}`;
}

export async function docker(...args: string[]): Promise<string> {
  return (await execa('docker', args, { cwd: root })).stdout;
}

/** False, and said so, where no engine answers: these tests run on real containers or not at all. */
export async function dockerAnswers(): Promise<boolean> {
  const answers = !(await execa('docker', ['version'], { reject: false })).failed;
  if (!answers) console.warn('SKIPPED: no Docker engine answers, so nothing is known about the built images');
  return answers;
}

export async function until(milliseconds: number, what: string, test: () => Promise<boolean>): Promise<number> {
  const started = Date.now();
  while (!(await test())) {
    if (Date.now() - started > milliseconds) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await sleep(50);
  }
  return Date.now() - started;
}

/** A container that is starting may take a connection and forget it: each try has a connection and an end of its own. */
async function ok(url: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const outgoing = get(url, { agent: false }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode === 200);
    });
    const end = setTimeout(() => outgoing.destroy(), 1500);
    outgoing.on('error', () => {
      resolve(false);
    });
    outgoing.on('close', () => {
      clearTimeout(end);
      resolve(false);
    });
  });
}

function flags(variables: Variables): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}
