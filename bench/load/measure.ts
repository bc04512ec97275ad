/** `npx tsx bench/load/measure.ts`: our images and the baseline under the same load and the same limits. */
import { Agent, request } from 'node:http';
import { execa } from 'execa';
import { docker, image, Stage, tag, until } from '../../__tests__/images/stage.js';

const connections = 16;
const seconds = 8;
const limits = ['--cpus', '0.5', '--memory', '512m'];
// The balancer between the tiers: nginx from our own image, without limits, as nobody pays for its CPU in a task.
const balancer = (to: string) =>
  `pid /tmp/p; daemon off; events {} http { access_log off; client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; ` +
  `fastcgi_temp_path /tmp/c; uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e; upstream api { server ${to}:4000; keepalive 32; } ` +
  `server { listen 4000; location / { proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`;

interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

async function hit(agent: Agent, url: string, form?: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const headers = form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
    const outgoing = request(url, { agent, method: form === undefined ? 'GET' : 'POST', headers }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => {
        resolve((incoming.statusCode ?? 500) < 400);
      });
    });
    outgoing.on('error', () => {
      resolve(false);
    });
    outgoing.end(form);
  });
}

async function load(url: string, form?: string): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let errors = 0;
  const run = async (until: number, record: boolean) => {
    while (performance.now() < until) {
      const started = performance.now();
      const good = await hit(agent, url, form);
      if (record) times.push(performance.now() - started);
      if (!good) errors += 1;
    }
  };
  const clients = async (duration: number, record: boolean) => {
    const end = performance.now() + duration * 1000;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        await run(end, record);
      }),
    );
  };
  await clients(2, false);
  errors = 0;
  await clients(seconds, true);
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? Number.NaN) * 10) / 10;
  return { perSecond: Math.round((times.length / seconds) * 10) / 10, p50: at(0.5), p99: at(0.99), errors };
}

async function subject(
  stage: Stage,
  name: string,
  images: { backend: string; frontend: string },
  variables = {},
): Promise<void> {
  const database = {
    APP_ENV: 'test',
    DATABASE_NAME: 'cloudpe',
    DATABASE_ENDPOINT: 'mysql:3306',
    DATABASE_TLS: 'encrypt',
    DATABASE_USERNAME: 'application',
    DATABASE_PASSWORD: 'application-placeholder',
    ...variables,
  };
  const start = async (container: string, from: string, port: number, environment: Record<string, string>) => {
    const started = Date.now();
    await stage.run(container, from, { environment, port, options: limits });
    await stage.answers(container, port, '/health');
    return Date.now() - started;
  };
  const backend = await start(`${name}-backend`, images.backend, 4000, database);
  await stage.run(`${name}-balancer`, tag('frontend'), {
    command: [
      'sh',
      '-c',
      `printf '%s' '${balancer(`${name}-backend`)}' > /tmp/nginx.conf && exec nginx -c /tmp/nginx.conf`,
    ],
  });
  const frontend = await start(`${name}-frontend`, images.frontend, 80, {
    APP_ENV: 'test',
    API_URL: `http://${name}-balancer:4000`,
    ...variables,
  });
  await until(
    10_000,
    'the whole path answers',
    async () => (await fetch(await stage.url(`${name}-frontend`, 80)).catch(() => undefined))?.ok === true,
  );
  const memory = await docker(
    'stats',
    '--no-stream',
    '--format',
    '{{.Name}} {{.MemUsage}}',
    stage.container(`${name}-backend`),
    stage.container(`${name}-frontend`),
  );
  console.log(`\n${name}: first 200 of the backend after ${backend} ms, of the frontend after ${frontend} ms`);
  for (const line of memory.split('\n')) console.log(`  ${line.replace(`${stage.name}-`, '')}`);
}

const stage = await Stage.empty();
try {
  await Promise.all([image('backend'), image('frontend')]);
  for (const tier of ['backend', 'frontend']) {
    await docker(
      'build',
      '--quiet',
      '--build-arg',
      `IMAGE=${tag(tier)}`,
      '--tag',
      `cloudpe-bench/${tier}`,
      `bench/baseline/${tier}`,
    );
  }
  await stage.mysql({ lasting: true });
  await stage.migrate();
  await stage.agent();
  const ours = { backend: tag('backend'), frontend: tag('frontend') };
  await subject(stage, 'baseline', { backend: 'cloudpe-bench/backend', frontend: 'cloudpe-bench/frontend' });
  await subject(stage, 'ours', ours, { DD_TRACE_ENABLED: 'false' });
  await subject(stage, 'traced', ours, {
    DD_TRACE_ENABLED: 'true',
    DD_TRACE_AGENT_URL: 'http://agent:8126',
    DD_ENV: 'test',
  });
  // Two rounds in turn: what else the machine does should not meet one of them alone.
  for (const round of [1, 2]) {
    for (const name of ['baseline', 'ours', 'traced']) {
      const url = await stage.url(`${name}-frontend`, 80);
      const rest = ['baseline', 'ours', 'traced'].filter((other) => other !== name);
      for (const other of rest)
        await execa('docker', ['pause', stage.container(`${other}-backend`), stage.container(`${other}-frontend`)]);
      console.log(`round ${round} ${name} GET /        ${JSON.stringify(await load(`${url}/`))}`);
      console.log(
        `round ${round} ${name} POST /create ${JSON.stringify(await load(`${url}/create`, 'title=Measured&text=hello'))}`,
      );
      for (const other of rest)
        await execa('docker', ['unpause', stage.container(`${other}-backend`), stage.container(`${other}-frontend`)]);
    }
  }
} finally {
  await stage.close();
}
