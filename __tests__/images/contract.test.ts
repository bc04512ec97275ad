import { execa } from 'execa';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker, dockerAnswers, Stage, tag } from './stage.js';

interface Span {
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly trace_id: number;
  readonly meta: Record<string, string>;
}
type Line = Record<string, string | number>;

const traced = { DD_TRACE_ENABLED: 'true', DD_TRACE_AGENT_URL: 'http://agent:8126', DD_ENV: 'test', DD_VERSION: 'abc' };

describe.skipIf(!(await dockerAnswers()))('the platform as others see it', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.full();
    await stage.agent();
    await stage.backend(traced, 'traced-backend');
    const rum = { RUM_APPLICATION_ID: 'application-placeholder', RUM_CLIENT_TOKEN: 'token-placeholder' };
    await stage.frontend({ ...traced, ...rum, API_URL: 'http://traced-backend:4000' }, 'traced-frontend');
    await stage.answers('traced-backend', 4000, '/health');
    await stage.answers('traced-frontend', 80, '/health');
  });
  afterAll(async () => {
    await stage.close();
  });

  test('openapi.json is true: schemathesis finds nothing', async () => {
    const options = ['--max-examples', '20', '--seed', '1', '--phases', 'examples,coverage,fuzzing,stateful'];
    const run = ['run', '--rm', '--network', stage.name, tag('tools'), 'schemathesis', 'run', 'http://backend:4000/openapi.json', ...options];
    const { exitCode, all } = await execa('docker', run, { reject: false, all: true });
    console.info(/Test cases:\n.*/.exec(all)?.[0] ?? all);
    expect(exitCode, all).toBe(0);
  });

  test('one trace joins the page, the API and the database, and the log lines of both', async () => {
    const url = await stage.url('traced-frontend', 80);
    const backend = await stage.url('traced-backend', 4000);
    const agent = await stage.url('agent', 8126);
    await fetch(`${agent}/test/session/clear`);
    const body = new URLSearchParams({ title: 'a secret title', text: 'a secret text' });
    expect((await fetch(`${url}/create`, { method: 'POST', body, redirect: 'manual' })).status).toBe(303);
    for (const quiet of ['/health', '/ready']) await fetch(backend + quiet);
    await fetch(`${url}/health`);
    await sleep(3000);

    const spans = ((await (await fetch(`${agent}/test/traces`)).json()) as Span[][]).flat();
    expect(new Set(spans.map((span) => span.trace_id)).size).toBe(1);
    const found = (service: string, name: string) => spans.filter((span) => span.service === service && span.name === name);
    expect(found('frontend-service', 'flask.request').map((span) => span.resource)).toEqual(['POST /create']);
    expect(found('backend-service', 'flask.request').map((span) => span.resource)).toEqual(['POST /create']);
    expect(found('mysql', 'mysql.query').map((span) => span.resource).join()).toContain('INSERT INTO notes');
    expect(spans.every((span) => span.meta.env === 'test' || span.meta.env === undefined)).toBe(true);

    const lines = (await Promise.all(['traced-frontend', 'traced-backend'].map(async (name) => await stage.logs(name)))).map((text) =>
      text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line),
    );
    const requests = lines.map((tier) => tier.filter((line) => line.logger === 'app.access'));
    expect(requests.map((tier) => tier.map((line) => line['http.route']))).toEqual([['/create'], ['/create']]);
    const ids = new Set(requests.flat().map((line) => line['dd.trace_id']));
    expect(ids.size).toBe(1);
    expect([...ids][0]).toMatch(/^[0-9a-f]{32}$/);
    const nginx = lines.flat().filter((line) => line.logger === 'nginx.access');
    expect(nginx).toHaveLength(1);
    expect(nginx[0]).toMatchObject({ request_id: requests[0]?.[0]?.request_id });
    expect(Number(nginx[0]?.request_time_s)).toBeGreaterThanOrEqual(Number(nginx[0]?.upstream_time_s) - 0.002);
    expect(JSON.stringify(lines)).not.toMatch(/secret|placeholder/);
  });

  test('a page names its own trace in the form that the browser SDK uses', async () => {
    const agent = await stage.url('agent', 8126);
    await fetch(`${agent}/test/session/clear`);
    const page = await (await fetch(`${await stage.url('traced-frontend', 80)}/`)).text();
    const named = /<meta name="dd-trace-id" content="(\d+)">/.exec(page)?.[1];
    await sleep(3000);
    // As text: the numbers are larger than JavaScript's are exact.
    const traces = await (await fetch(`${agent}/test/traces`)).text();
    expect(named).toMatch(/^\d+$/);
    expect(traces).toContain(`"trace_id": ${named ?? ''},`);
  });

  test('an agent that cannot be reached costs nothing that a visitor sees', async () => {
    await stage.backend({ ...traced, DD_TRACE_AGENT_URL: 'http://192.0.2.1:8126' }, 'lonely');
    await stage.answers('lonely', 4000, '/ready');
    const url = `${await stage.url('lonely', 4000)}/notes`;
    const times: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const started = performance.now();
      expect((await fetch(url)).status).toBe(200);
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    expect(times[10]).toBeLessThan(100);
    // The tracer tries to deliver what it has before it goes: more than with an agent, far less than the 30 s of a task.
    const { seconds } = await stage.stop('lonely');
    console.info(`without an agent: median request ${(times[10] ?? 0).toFixed(1)} ms, stop ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(12);
  });

  test('a log line of either image is JSON, whatever happens', async () => {
    await docker('stop', stage.container('mysql'));
    const url = await stage.url('frontend', 80);
    expect((await fetch(url)).status).toBe(503);
    expect((await fetch(`${url}/api/notes`)).status).toBe(503);
    for (const name of ['frontend', 'backend']) {
      const lines = (await stage.logs(name)).split('\n').filter(Boolean);
      expect(lines.filter((line) => !line.startsWith('{') || !line.endsWith('}'))).toEqual([]);
    }
  });
});
