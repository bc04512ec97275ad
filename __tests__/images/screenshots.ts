/** `npx tsx __tests__/images/screenshots.ts`: the pages of the built images, as pictures in docs/screenshots. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { docker, Stage } from './stage.js';

const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const notes = [
  ['Release checklist', 'Read the plan.\nDeploy test.\nWatch the dashboard for ten minutes.\nDeploy prod.'],
  ['Password rotation', 'Raise the version, deploy, and look at the error rate: it should not move.'],
  ['Ask about the NAT bill', ''],
] as const;

await mkdir(folder, { recursive: true });
const stage = await Stage.full();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const site = await stage.url('frontend', 80);
  for (const [title, text] of [...notes].reverse()) {
    await fetch(`${site}/api/create`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ title, text }),
    });
  }
  const shots = [
    { name: 'notes-light', path: '/?done=created', colorScheme: 'light', width: 900 },
    { name: 'notes-dark', path: '/?done=created', colorScheme: 'dark', width: 900 },
    { name: 'notes-narrow', path: '/', colorScheme: 'light', width: 320 },
    { name: 'edit', path: '/notes/3', colorScheme: 'light', width: 900 },
    { name: 'delete', path: '/notes/3/delete', colorScheme: 'dark', width: 900 },
  ] as const;
  for (const { name, path, colorScheme, width } of shots) {
    const page = await browser.newPage({ baseURL: site, colorScheme, viewport: { width, height: 700 } });
    await page.goto(path);
    await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
    await page.close();
  }
  const page = await browser.newPage({ baseURL: site, viewport: { width: 900, height: 700 } });
  await page.goto('/');
  await page.getByLabel('Title').fill('Written while the API was away');
  await docker('stop', '--time', '1', stage.container('backend'));
  await page.getByRole('button', { name: 'Save note' }).click();
  await page.getByRole('alert').waitFor();
  await page.screenshot({ path: `${folder}api-away.png`, fullPage: true });
} finally {
  await browser.close();
  await stage.close();
}
