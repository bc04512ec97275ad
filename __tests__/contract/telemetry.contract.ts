import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contextOf, everythingAsked } from '../datadog/support/asked';
import { judge, type Evidence, type Span } from '../datadog/support/evidence';
import { Synthesized } from '../datadog/support/fixture';
import { Intake, openBrowser } from './browser';
import { deployment, Platform, until } from './platform';

const stack = Synthesized.observability();
const asked = everythingAsked(stack);
const context = contextOf(stack);

/** What was started, newest last; a start that fails half-way leaves the rest to stop. */
const started: { stop(): Promise<void> }[] = [];
let platform: Platform;
let browser: Browser;
let evidence: Evidence;
/** The request that a click made, as the browser reports it. */
let click: { readonly traceId: bigint; readonly url: string };

beforeAll(async () => {
  const intake = await Intake.start();
  started.push(intake);
  platform = await Platform.start(intake);
  started.push(platform);
  browser = await openBrowser(process.env.CHROMIUM ?? '/usr/bin/chromium');
  started.push({ stop: () => browser.close() });
  const address = await platform.address('frontend', 80);

  const post = (path: string, title: string) =>
    fetch(address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title, text: 'contract' }),
    });
  // More than one page of notes, so that the list has a button to click.
  for (let index = 0; index < 25; index++) expect((await post('/api/create', `note ${index}`)).status).toBe(201);
  expect((await fetch(`${address}/`)).status).toBe(200);

  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${address}/`);
  await page.waitForFunction(() => 'DD_RUM' in window);
  const answer = page.waitForResponse((response) => response.url().includes('/api/notes'));
  await page.click('.more');
  const headers = (await answer).request().headers();
  click = { traceId: traceId(headers.traceparent ?? ''), url: (await answer).url() };
  expect(errors).toEqual([]);
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('thrown by the contract');
    });
  });
  await page.waitForTimeout(1000);
  // Events of a view are complete, and sent, when the visitor leaves it.
  await page.goto('about:blank');
  await until('the browser to report', () =>
    Promise.resolve(
      ['view', 'action', 'error', 'resource'].every((type) => intake.events.some((event) => event.type === type)),
    ),
  );
  await page.close();

  // A statement that fails, and with it a request: the table is away for a moment.
  await platform.sql('RENAME TABLE notes.notes TO notes.away');
  expect((await post('/api/create', 'fails')).status).toBeGreaterThanOrEqual(500);
  expect((await fetch(`${address}/`)).status).toBeGreaterThanOrEqual(500);
  await platform.sql('RENAME TABLE notes.away TO notes.notes');

  const spans = await platform.spansUntil(
    (seen) => failed(seen, 'mysql.query') && failed(seen, 'flask.request', 'frontend-service') && complete(seen),
  );
  evidence = { spans, events: [...intake.events] };
});

afterAll(async () => {
  for (const one of started.reverse()) await one.stop();
});

test.each(asked.map((one, index) => [`${index + 1}: ${one.where}`, one]))('%s', (_, one) => {
  expect(judge(one, evidence, context).problems).toEqual([]);
});

test('most of what is asked was seen, and not merely documented', () => {
  const proofs = asked.map((one) => judge(one, evidence, context).proof);
  const count = (proof: string) => proofs.filter((one) => one === proof).length;
  console.log(
    `telemetry contract: ${asked.length} queries, ${count('observed')} observed, ` +
      `${count('documented')} only documented, ${count('own')} of the stack's own names`,
  );
  expect(count('observed')).toBeGreaterThan(30);
});

describe('what the tracers send', () => {
  test('carries env, and version on the services’ own spans', () => {
    const services = evidence.spans.filter(({ name }) => name === 'flask.request');
    expect(new Set(services.map(({ service }) => service))).toEqual(new Set(['frontend-service', 'backend-service']));
    for (const { meta } of services) expect(meta).toMatchObject({ env: deployment.env, version: deployment.version });
    for (const { name, meta } of evidence.spans.filter(({ service }) => service === 'mysql')) {
      expect([name, meta.env]).toEqual([name, deployment.env]);
    }
  });

  test('carries our services’ names, and those of what the backend asks', () => {
    const names = new Set(evidence.spans.map(({ service }) => service));
    expect([...names].filter((name) => !/^((frontend|backend)-service|mysql|aws\.ssm)$/.test(name))).toEqual([]);
    const calls = evidence.spans.filter(({ name }) => name === 'urllib3.request');
    expect(new Set(calls.map(({ service }) => service))).toEqual(new Set(['frontend-service']));
    for (const { meta } of calls) expect(meta).toMatchObject({ version: deployment.version });
  });

  test('has no health check in it', () => {
    expect(evidence.spans.filter(({ resource }) => /\/(health|ready)$/.test(resource))).toEqual([]);
  });

  test('is one trace from the page’s service over the API to SQL', () => {
    const page = evidence.spans.find(({ service, resource }) => service === 'frontend-service' && resource === 'GET /');
    const same = evidence.spans.filter((span) => span.trace_id === page?.trace_id);
    expect(same.map(({ service }) => service)).toEqual(
      expect.arrayContaining(['frontend-service', 'backend-service', 'mysql']),
    );
  });

  test('is one trace from a click over nginx and the API to SQL', async () => {
    const id = fullId(click.traceId);
    const spans = evidence.spans.filter((span) => BigInt(span.trace_id) === (click.traceId & 0xffffffffffffffffn));
    expect(spans.map(({ service }) => service)).toEqual(expect.arrayContaining(['backend-service', 'mysql']));
    expect(spans.find(({ name }) => name === 'flask.request')?.resource).toBe('GET /notes');
    expect(await platform.logs('frontend')).toContain(`"traceparent":"00-${id}-`);
    // The tracer writes an id of 64 bits, such as the browser's, as a decimal number.
    expect(await platform.logs('backend')).toContain(`"dd.trace_id": "${click.traceId & 0xffffffffffffffffn}"`);
  });
});

describe('what the browser sends', () => {
  test('carries service, env, version and the type of the session', () => {
    for (const event of evidence.events) {
      expect(event).toMatchObject({ service: 'cloudpe', version: deployment.version, session: { type: 'user' } });
      expect(event).toMatchObject({ application: { id: deployment.rumApplication } });
      expect(String(event.ddtags).split(',')).toContain(`env:${deployment.env}`);
    }
  });

  test('names the trace of the click’s request', () => {
    const resource = evidence.events.find(
      (event) => event.type === 'resource' && (event.resource as { url: string }).url === click.url,
    );
    expect(BigInt((resource?._dd as { trace_id: string }).trace_id)).toBe(click.traceId & 0xffffffffffffffffn);
  });
});

test('a page without the SDK works the same', async () => {
  const page = await browser.newPage();
  await page.route('**/sdk/**', (route) => route.abort());
  await page.goto(`${await platform.address('frontend', 80)}/`);
  await page.click('.more');
  await page.waitForFunction(() => document.querySelectorAll('.notes > li').length > 20);
  await page.close();
});

test('a route that is renamed without the dashboard turns the contract red', async () => {
  const file = new URL('../../images/backend/app/routes.py', import.meta.url);
  const source = await readFile(file, 'utf8');
  const mutant = source.replace('"/create"', '"/notes/new"');
  expect(mutant).not.toBe(source);
  await platform.startMutant('mutant', 'routes.py', mutant);
  const answer = await fetch(`${await platform.address('mutant', 4000)}/notes/new`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'renamed', text: '' }),
  });
  expect(answer.status).toBe(201);
  const all = await platform.spansUntil((seen) => seen.some(({ meta }) => meta.version === 'mutant'));
  const traces = new Set(all.filter(({ meta }) => meta.version === 'mutant').map((span) => span.trace_id));
  const spans = all.filter((span) => traces.has(span.trace_id));
  const red = asked
    .map((one) => judge(one, { ...evidence, spans }, context))
    .filter(({ problems }) =>
      problems.some((problem) => problem.includes('resource_name:post_/create, only post_/notes/new')),
    )
    .map(({ asked: { where } }) => where);
  expect(red).toEqual(expect.arrayContaining(['monitor [test] POST /create fails', 'widget POST /create']));
});

function failed(spans: readonly Span[], name: string, service?: string): boolean {
  return spans.some((span) => span.name === name && span.error === 1 && (service ?? span.service) === span.service);
}

/** Whether every tracer has sent its part of every page's trace: they send on their own, once a second. */
function complete(spans: readonly Span[]): boolean {
  const pages = spans.filter(({ service, resource }) => service === 'frontend-service' && resource === 'GET /');
  return pages.every((page) => spans.some((span) => span.trace_id === page.trace_id && span.service === 'mysql'));
}

/** The id in a header of W3C's: `00-<32 hex digits>-<span>-<flags>`. */
function traceId(traceparent: string): bigint {
  const [, id = '0'] = traceparent.split('-');
  return BigInt(`0x${id}`);
}

function fullId(id: bigint): string {
  return id.toString(16).padStart(32, '0');
}
