import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { ListObjectVersionsCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { execa } from 'execa';
import { awsClients } from '../../src/local/aws-clients';
import { runningEmulator } from '../../src/local/emulator-container';
import { pageUrl } from '../../src/local/page';
import { run } from '../../src/local/run';
import { localSettings, type LocalSettings } from '../../src/local/settings';
import { LOCAL_STACKS, Stacks, type LocalStack } from '../../src/local/stacks';
import { localTerraform } from '../../src/local/terraform';
import { bucketOf } from '../../src/local/up';
import { otherWorkspaces } from '../../src/local/workspaces';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The test agent watches, whatever keys the person at the terminal has. */
const WITHOUT_KEY = { DD_API_KEY: '' };

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One workspace of the local platform, driven as a person does: by `npm run`, a browser and HTTP. */
export class Platform {
  public readonly settings: LocalSettings;

  /** `root` is the checkout whose rows say what the workspace is to be. */
  public constructor(
    public readonly workspace: string,
    private readonly root = ROOT,
  ) {
    this.settings = localSettings(root, { ...process.env, ...WITHOUT_KEY, WORKSPACE: workspace });
  }

  /** `npm run <command>`, with all that it said. */
  public async npm(
    command: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ exitCode: number | undefined; output: string }> {
    const { exitCode, all } = await execa('node', ['scripts/run.mjs', command, ...args], {
      cwd: this.root,
      env: { ...WITHOUT_KEY, WORKSPACE: this.workspace, ...env },
      all: true,
      reject: false,
      stdin: 'ignore',
    });
    return { exitCode, output: all };
  }

  /** `npm run <command>`, with something that happens to it once what it said matches `moment`. */
  public async during(
    command: string,
    moment: RegExp,
    accident: (processGroup: number) => Promise<unknown> | undefined,
  ): Promise<{ exitCode: number | undefined; output: string }> {
    const child = execa('node', ['scripts/run.mjs', command], {
      cwd: this.root,
      env: { ...WITHOUT_KEY, WORKSPACE: this.workspace },
      all: true,
      reject: false,
      stdin: 'ignore',
      // A process group, as a terminal makes one.
      detached: true,
    });
    let said = '';
    let happened = false;
    for await (const chunk of child.all) {
      said += String(chunk);
      if (happened || !moment.test(said)) continue;
      happened = true;
      await accident(child.pid ?? Number.NaN);
    }
    const { exitCode } = await child;
    return { exitCode, output: said };
  }

  /** `npm run <command>`, with a Ctrl-C, which reaches every program of the terminal, at `moment`. */
  public async interrupted(command: string, moment: RegExp): Promise<{ exitCode: number | undefined; output: string }> {
    return this.during(command, moment, (processGroup) => {
      process.kill(-processGroup, 'SIGINT');
      return undefined;
    });
  }

  /** The other workspaces that the emulator serves: a person's own, say. */
  public async others(): Promise<string[]> {
    if ((await runningEmulator(run)) === undefined) return [];
    return otherWorkspaces(awsClients(this.settings).s3, bucketOf(this.settings), this.workspace);
  }

  public get url(): string {
    return pageUrl(this.settings);
  }

  /** One request to the page's load balancer. */
  public async ask(method: string, target: string, body?: unknown): Promise<Answer> {
    const { host } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: this.settings.ports.http,
          method,
          path: target,
          headers: { host, ...(body !== undefined && { 'content-type': 'application/json' }) },
          timeout: 20_000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('no answer within 20 s')));
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** `terraform plan` of one stack: its exit code (0: nothing to change) and the plan as JSON. */
  public async plan(stack: LocalStack): Promise<{ exitCode: number | undefined; output: string; json: string }> {
    const { env: terraformEnv } = await localTerraform(this.settings);
    const stacks = new Stacks({ settings: this.settings, terraformEnv });
    const options = {
      cwd: stacks.folderOf(stack),
      env: stacks.env,
      reject: false,
      all: true,
      stdin: 'ignore' as const,
    };
    const planned = await execa(
      'terraform',
      ['plan', '-input=false', '-no-color', '-detailed-exitcode', '-out=e2e.plan'],
      options,
    );
    const { stdout: json } = await execa('terraform', ['show', '-json', 'e2e.plan'], options);
    return { exitCode: planned.exitCode, output: String(planned.all), json };
  }

  /** The Terraform JSON of every stack. */
  public async synthesized(): Promise<Record<string, string>> {
    const { env: terraformEnv } = await localTerraform(this.settings);
    const stacks = new Stacks({ settings: this.settings, terraformEnv });
    return Object.fromEntries(
      LOCAL_STACKS.map((stack) => [stack, readFileSync(path.join(stacks.folderOf(stack), 'cdk.tf.json'), 'utf8')]),
    );
  }

  /** What an SSM parameter of this workspace holds. */
  public async parameter(...parts: string[]): Promise<string> {
    const { Parameter } = await awsClients(this.settings).ssm.send(
      new GetParameterCommand({ Name: this.settings.identity.path(...parts), WithDecryption: true }),
    );
    return Parameter?.Value ?? '';
  }

  /** One request to RDS, which the emulator knows by the address in the signature. */
  public async rds(action: string, parameters: Readonly<Record<string, string>>): Promise<void> {
    const { config, emulator } = this.settings;
    const response = await fetch(emulator.endpoint, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=emulator/20261124/${config.region}/rds/aws4_request` },
      body: new URLSearchParams({ Action: action, Version: '2014-10-31', ...parameters }),
    });
    if (!response.ok) throw new Error(`${action} answers ${response.status}: ${await response.text()}`);
  }

  /** What a database instance answers its first user; the password is the one in SSM. */
  public async sql(instance: string, statement: string): Promise<string> {
    const [container = ''] = await this.databases(instance);
    const mysql = ['mysql', '--protocol=TCP', '--host=127.0.0.1', '--user=admin', '--batch', '--skip-column-names'];
    const { stdout } = await execa(
      'docker',
      ['exec', '--env', 'MYSQL_PWD', container, ...mysql, `--execute=${statement}`],
      { env: { MYSQL_PWD: await this.parameter('database', 'master', 'password') } },
    );
    return stdout;
  }

  /** The containers of a database instance: one, or none. */
  public async databases(instance: string): Promise<string[]> {
    const name = `name=-instance-${this.settings.identity.databaseInstance(instance)}$`;
    const { stdout } = await execa('docker', ['ps', '--all', '--quiet', '--filter', name]);
    return stdout.split('\n').filter(Boolean);
  }

  /** Every version of every state of this workspace, by key and version. */
  public async states(): Promise<Record<string, string>> {
    const { s3 } = awsClients(this.settings);
    const Bucket = bucketOf(this.settings);
    const { Versions = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket, Prefix: this.settings.identity.statePrefix }),
    );
    const entries = Versions.map(async ({ Key = '', VersionId }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      return [`${Key} ${VersionId ?? ''}`, (await Body?.transformToString()) ?? ''] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** The ids of the containers of this workspace's tasks, by container name. */
  public async containers(name?: string): Promise<string[]> {
    const filters = [
      'label=com.amazonaws.ecs.cluster',
      ...(name ? [`label=com.amazonaws.ecs.container-name=${name}`] : []),
    ];
    const { stdout } = await execa('docker', [
      ...['ps', '--all', '--format', '{{.ID}} {{.Label "com.amazonaws.ecs.cluster"}}'],
      ...filters.flatMap((filter) => ['--filter', filter]),
    ]);
    return stdout.split('\n').flatMap((line) => {
      const [id = '', cluster = ''] = line.split(' ');
      return cluster.endsWith(`/${this.settings.identity.clusterName}`) ? [id] : [];
    });
  }
}
