import { Agent } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { count, Load, send } from './load.js';
import { docker, dockerAnswers, Stage, until } from './stage.js';

// What is promised for a machine that has time for it: one with more work than cores takes longer in proportion.
const patience = () => Math.max(1, (loadavg()[0] ?? 0) / cpus().length / 3);
const note = { title: 'in flight', text: '' };

describe.skipIf(!(await dockerAnswers()))('a container', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.full({ frontend: { TRUSTED_PROXIES: '192.0.2.0/24' } });
    await stage.agent();
  });
  afterAll(async () => {
    await stage.close();
  });

  /** Requests that wait inside MySQL until the returned function lets them go. */
  const hold = async (): Promise<() => Promise<void>> => {
    await stage.sql('DELETE FROM cloudpe.notes');
    const lock = docker(
      ...['exec', '-e', 'MYSQL_PWD=master-placeholder', stage.container('mysql'), 'mysql', '-h127.0.0.1', '-uroot'],
      ...['-e', "LOCK TABLES cloudpe.notes WRITE; SELECT SLEEP(2.5); UNLOCK TABLES"],
    );
    await sleep(700);
    return async () => { await lock; };
  };
  const waiting = async () =>
    Number(await stage.sql("SELECT COUNT(*) FROM performance_schema.processlist WHERE state LIKE 'Waiting for table%'"));
  const written = async () => Number(await stage.sql("SELECT COUNT(*) FROM cloudpe.notes WHERE title = 'in flight'"));

  test.each([
    { tier: 'backend', port: 4000, path: '/create', DD_TRACE_ENABLED: 'false' },
    { tier: 'backend', port: 4000, path: '/create', DD_TRACE_ENABLED: 'true' },
    { tier: 'frontend', port: 80, path: '/api/create', DD_TRACE_ENABLED: 'false' },
    { tier: 'frontend', port: 80, path: '/api/create', DD_TRACE_ENABLED: 'true' },
  ])('of the $tier told to stop answers what it has, and is gone 2 s later (traced: $DD_TRACE_ENABLED)', async (row) => {
    const name = `drain-${row.tier}-${row.DD_TRACE_ENABLED}`;
    const start = { DD_TRACE_ENABLED: row.DD_TRACE_ENABLED, DD_TRACE_AGENT_URL: 'http://agent:8126' };
    await (row.tier === 'backend' ? stage.backend(start, name) : stage.frontend(start, name));
    await stage.answers(name, row.port, '/health');
    const url = (await stage.url(name, row.port)) + row.path;
    const agent = new Agent({ keepAlive: true });
    // Some connections are kept open and idle, as a balancer keeps them.
    await Promise.all(Array.from({ length: 12 }, async () => await send(agent, url.replace('create', 'notes'))));

    const release = await hold();
    const requests = Array.from({ length: 6 }, async () => await send(agent, url, note));
    await until(2_000, 'six requests wait in MySQL', async () => (await waiting()) === 6);
    const stopping = docker('stop', '--time', '25', stage.container(name));
    const outcomes = await Promise.all(requests);
    const answered = Date.now();
    await release();
    await stopping;
    // When the process ended, not when Docker's client came back to say so.
    const finished = await docker('inspect', '--format', '{{.State.FinishedAt}}', stage.container(name));
    const seconds = (Date.parse(finished) - answered) / 1000;
    agent.destroy();

    console.info(`${name}: ${JSON.stringify(count(outcomes))}, gone ${seconds.toFixed(2)} s after the last answer`);
    expect(count(outcomes)).toEqual({ 201: 6 });
    expect(await written()).toBe(6);
    expect(seconds).toBeLessThan(2 * patience());
    expect(await stage.exitCode(name)).toBe(0);
  });

  test('under load that stops being sent new requests loses none of those it took', async () => {
    await stage.frontend({}, 'loaded');
    await stage.answers('loaded', 80, '/health');
    await stage.sql('DELETE FROM cloudpe.notes');
    const url = `${await stage.url('loaded', 80)}/api/create`;
    const load = new Load(6, async (agent) => await send(agent, url, note));
    await sleep(1500);
    const counting = load.stop();
    const { seconds } = await stage.stop('loaded');
    const counts = await counting;
    console.info(`loaded frontend: ${JSON.stringify(counts)}, stop took ${seconds.toFixed(2)} s`);
    expect(Object.keys(counts)).toEqual(['201']);
    expect(await written()).toBe(counts[201]);
  });

  test.each(['nginx', 'gunicorn'])('of the frontend ends within a second of the death of %s', async (victim) => {
    const name = `crash-${victim}`;
    await stage.frontend({}, name);
    await stage.answers(name, 80, '/health');
    const kill = `import os, signal, sys
for pid in filter(str.isdigit, os.listdir('/proc')):
    command = open(f'/proc/{pid}/cmdline').read()
    parent = open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[1]
    if sys.argv[1] in command and parent == '1': os.kill(int(pid), signal.SIGKILL)`;
    const ended = docker('wait', stage.container(name)).then((code) => ({ code: Number(code), at: Date.now() }));
    const started = Date.now();
    await docker('exec', stage.container(name), 'python', '-c', kill, victim);
    const { code, at } = await ended;
    console.info(`${victim} killed: the container ended after ${at - started} ms with ${code}`);
    // The interpreter that kills takes its time as well.
    expect(at - started).toBeLessThan(1500 * patience());
    expect(code).toBe(137);
    expect(await stage.logs(name)).toContain('stopping: nginx or gunicorn ended with status 137');
  });

  test.each([
    [{ API_URL: 'http://backend:4000; evil' }, "cannot start: API_URL must be http:// or https:// with a host and nothing after the port, got 'http://backend:4000; evil'"],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, "cannot start: TRUSTED_PROXIES must be a list of networks like 10.0.0.0/24, got '10.0.0.0/33'"],
  ])('of the frontend refuses to start with %o', async (variables, message) => {
    const name = `refused-${Object.keys(variables).join('').toLowerCase()}`;
    await stage.frontend(variables, name);
    expect(await stage.exitCode(name)).toBe(1);
    expect(await stage.logs(name)).toContain(message);
  });

  test('of the frontend refuses a template that nginx refuses, and names the variables in it', async () => {
    await stage.run('broken', 'cloudpe-images-test/frontend', {
      environment: { API_URL: 'http://backend:4000' },
      options: ['--tmpfs', '/srv-copy:size=8m,uid=10001'],
      command: ['sh', '-c', 'cp -r /srv/. /srv-copy; echo "location {" >> /srv-copy/default.j2; cd /srv-copy; PYTHONPATH=/srv-copy exec /srv/startup.sh'],
    });
    expect(await stage.exitCode('broken')).toBe(1);
    expect(await stage.logs('broken')).toMatch(/emerg[^]*cannot start: nginx refuses what default.j2 renders from API_URL='http:\/\/backend:4000' and TRUSTED_PROXIES=''/);
  });

  test('of the frontend follows the name of the API to another address', async () => {
    await stage.backend({ APP_VERSION: 'before' }, 'moving-1', ['--network-alias', 'moving']);
    await stage.frontend({ API_URL: 'http://moving:4000' }, 'follower');
    await stage.answers('follower', 80, '/api/health');
    const url = `${await stage.url('follower', 80)}/api/version`;
    const version = async () => ((await (await fetch(url)).json()) as { version?: string }).version;
    expect(await version()).toBe('before');
    // Started beside the first one, so that it has another address.
    await stage.backend({ APP_VERSION: 'after' }, 'moving-2', ['--network-alias', 'moving']);
    await docker('rm', '--force', stage.container('moving-1'));
    const milliseconds = await until(20_000, 'the other address answers', async () => (await version()) === 'after');
    console.info(`followed the name after ${milliseconds} ms`);
  });

  test('of the frontend believes nobody but the balancer about who and how', async () => {
    const url = await stage.url('frontend', 80);
    const forged = { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' };
    const stranger = await fetch(`${url}/`, { headers: forged });
    expect(stranger.headers.get('strict-transport-security')).toBeNull();
    expect(await stage.logs('frontend')).not.toContain('203.0.113.9');

    await stage.frontend({ TRUSTED_PROXIES: '0.0.0.0/0' }, 'behind');
    await stage.answers('behind', 80, '/health');
    const balanced = await fetch(`${await stage.url('behind', 80)}/`, { headers: forged });
    expect(balanced.headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(await stage.logs('behind')).toContain('"client":"203.0.113.9"');
  });

  test('of the frontend says little about itself, and limits what it takes', async () => {
    const url = await stage.url('frontend', 80);
    const answer = await fetch(`${url}/`);
    expect(answer.headers.get('server')).toBe('nginx');
    expect(answer.headers.getSetCookie()).toEqual([]);
    const large = { method: 'POST', body: 'x'.repeat(70_000), headers: { 'Content-Type': 'application/json' } };
    expect((await fetch(`${url}/api/create`, large)).status).toBe(413);
    const forged = { method: 'POST', body: '{}', headers: { 'Sec-Fetch-Site': 'cross-site' } };
    expect((await fetch(`${url}/api/create`, forged)).status).toBe(403);
    expect((await fetch(`${url}/static/style.css`)).headers.get('cache-control')).toContain('immutable');
  });

  test.each(['backend', 'frontend'])('of the %s writes nowhere but below /tmp', async (tier) => {
    const changes = await docker('diff', stage.container(tier));
    expect(changes).toBe('');
    expect(await stage.logs(tier)).not.toMatch(/Read-only|Permission denied|Errno 13|Errno 30/);
  });
});
