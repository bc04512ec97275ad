import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Synthesized } from './support/fixture';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/runbooks/', root);
const runbooks = readdirSync(folder).filter((name) => name !== 'README.md');
const { json } = Synthesized.observability();
const linked = new Set([...json.matchAll(/docs\/runbooks\/[a-z-]+\.md/g)].map(([path]) => path));

test('every link of an alert and of the dashboard leads to a runbook', () => {
  expect([...linked].filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('every monitor links one', () => {
  for (const { name, message } of Synthesized.observability().all('datadog_monitor')) {
    expect([name, message]).toEqual([name, expect.stringMatching(/\nRunbook: docs\/runbooks\/[a-z-]+\.md/)]);
  }
});

test('no runbook is left that nothing links to', () => {
  expect(runbooks.map((name) => `docs/runbooks/${name}`).filter((path) => !linked.has(path))).toEqual([]);
});

test.each(runbooks)('%s says what to do first, what then, and when it is over', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(['First', 'Then', 'It is over when']);
});

test.each([...runbooks, 'README.md'])('%s: its own links resolve', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(new URL(link, folder)))).toEqual([]);
});

test('the list of runbooks is complete', () => {
  const list = readFileSync(new URL('README.md', folder), 'utf8');
  expect(runbooks.filter((name) => !list.includes(`(${name})`))).toEqual([]);
});
