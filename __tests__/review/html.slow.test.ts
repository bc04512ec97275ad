import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { svgOf } from '../../src/review/drawing';
import { renderHtml } from '../../src/review/render-html';
import { reviewOf } from './plans';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const NAMES = ['own/image-change', 'own/database-replaced', 'own/first-deployment'] as const;

describe.skipIf(!existsSync(executablePath))('the HTML report in Chromium', { timeout: 60_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'review-html-'));
  let browser: Browser;
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    for (const name of NAMES) {
      const report = reviewOf(name);
      writeFileSync(
        join(scratch, `${name.replace('/', '-')}.html`),
        renderHtml(report, await svgOf(report.picture, 'What changes')),
      );
    }
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function open(name: (typeof NAMES)[number], options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(pathToFileURL(join(scratch, `${name.replace('/', '-')}.html`)).href);
    return page;
  }

  test.each(NAMES.flatMap((name) => (['light', 'dark'] as const).map((colorScheme) => [name, colorScheme] as const)))(
    '%s has no serious accessibility finding in %s',
    async (name, colorScheme) => {
      const page = await open(name, { colorScheme });
      await page.getByRole('button', { name: 'Unfold all' }).click();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
      ).toEqual([]);
    },
  );

  test.each(NAMES)('%s fits a phone without scrolling sideways', async (name) => {
    const page = await open(name, { viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name: 'Unfold all' }).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });

  test('shows a phone that part of the picture where something changes', async () => {
    const page = await open('own/database-replaced', { viewport: { width: 390, height: 844 } });
    const frame = await page.locator('.picture').boundingBox();
    const changed = await page.locator('.picture g.node:not(.same)').first().boundingBox();
    expect(changed?.x).toBeGreaterThanOrEqual(frame?.x ?? Infinity);
    expect((changed?.x ?? Infinity) + (changed?.width ?? 0)).toBeLessThanOrEqual((frame?.x ?? 0) + (frame?.width ?? 0));
  });

  test('asks the network for nothing', async () => {
    await open('own/database-replaced');
    expect(requests.filter((url) => !url.startsWith('file:'))).toEqual([]);
  });

  test('finds by text and says how many', async () => {
    const page = await open('own/database-replaced');
    await page.keyboard.press('/');
    await page.keyboard.type('endpoint');
    expect(await page.locator('#found').textContent()).toMatch(/^\d+ found$/);
    const texts = await page.locator('.item:visible').allTextContents();
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text.toLowerCase()).toContain('endpoint');
    await page.keyboard.press('Escape');
    expect(await page.locator('#found').textContent()).toBe('');
  });

  test('folds and unfolds by keyboard', async () => {
    const page = await open('own/database-replaced');
    const openFolds = () => page.locator('main details[open]').count();
    await page.keyboard.press('c');
    expect(await openFolds()).toBe(0);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    expect(await openFolds()).toBe(1);
    await page.keyboard.press('e');
    expect(await openFolds()).toBe(await page.locator('main details').count());
  });

  test('is whole without script', async () => {
    const page = await open('own/database-replaced', { javaScriptEnabled: false });
    expect(await page.locator('.item:visible').count()).toBeGreaterThan(2);
    await page.locator('summary', { hasText: 'Updated' }).click();
    expect(await page.getByText('Database_Endpoint_AEB99520').last().isVisible()).toBe(true);
  });

  test('prints with everything unfolded, on few pages', async () => {
    const page = await open('own/database-replaced');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    await page.evaluate(() => {
      dispatchEvent(new Event('beforeprint'));
    });
    expect(await page.locator('main details:not([open])').count()).toBe(0);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length).toBeLessThanOrEqual(3);
  });

  test('draws what changes, in its colours', async () => {
    const page = await open('own/database-replaced', { colorScheme: 'dark' });
    expect(await page.locator('.picture svg g.node.replace').count()).toBeGreaterThan(0);
    expect(await page.locator('.picture svg').getAttribute('aria-label')).toBe('What changes');
  });
});
