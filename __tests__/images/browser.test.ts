import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { docker, dockerAnswers, Stage } from './stage.js';

describe.skipIf(!(await dockerAnswers()))('a visitor', () => {
  let stage: Stage;
  let browser: Browser;
  let site: string;
  let page: Page;
  let complaints: string[];

  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ baseURL: site, ...options });
    const opened = await context.newPage();
    opened.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    opened.on('pageerror', (error) => complaints.push(error.message));
    return opened;
  };
  const create = async (on: Page, title: string, text = '') => {
    await on.goto('/');
    await on.getByLabel('Title').fill(title);
    await on.getByLabel('Text').fill(text);
    await on.getByRole('button', { name: 'Save note' }).click();
    await on.getByRole('status').waitFor();
  };
  const titles = async (on: Page) => await on.locator('.notes .note-title').allTextContents();

  beforeAll(async () => {
    [stage, browser] = await Promise.all([
      Stage.full(),
      chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking'] }),
    ]);
    site = await stage.url('frontend', 80);
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });
  beforeEach(async () => {
    complaints = [];
    await stage.sql('DELETE FROM cloudpe.notes');
    page = await open();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map(async (context) => { await context.close(); }));
  });

  test('creates, edits and deletes a note, and the console stays silent', async () => {
    await create(page, 'Buy <b>milk</b>', 'two\nlines');
    expect(await page.getByRole('status').textContent()).toBe('Note saved.');
    expect(await titles(page)).toEqual(['Buy <b>milk</b>']);

    await page.getByRole('link', { name: 'Buy <b>milk</b>', exact: true }).click();
    expect(await page.getByLabel('Text').inputValue()).toBe('two\nlines');
    await page.getByLabel('Title').fill('Buy tea');
    await page.getByRole('button', { name: 'Save changes' }).click();
    expect(await page.getByRole('status').textContent()).toBe('Note changed.');
    expect(await titles(page)).toEqual(['Buy tea']);

    await page.getByRole('link', { name: 'Delete Buy tea' }).click();
    await page.getByRole('button', { name: 'Delete note' }).click();
    expect(await page.getByRole('status').textContent()).toBe('Note deleted.');
    expect(await titles(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('does all of it without JavaScript', async () => {
    const plain = await open({ javaScriptEnabled: false });
    await create(plain, 'Plain');
    await plain.getByRole('link', { name: 'Plain', exact: true }).click();
    await plain.getByLabel('Title').fill('Plainer');
    await plain.getByRole('button', { name: 'Save changes' }).click();
    expect(await titles(plain)).toEqual(['Plainer']);
    await plain.getByRole('link', { name: 'Delete Plainer' }).click();
    await plain.getByRole('button', { name: 'Delete note' }).click();
    expect(await titles(plain)).toEqual([]);
  });

  test('sees the newest first, and older ones on demand', async () => {
    const rows = Array.from({ length: 45 }, (_, index) => `('Note ${index + 1}', '', NOW(6), NOW(6))`);
    await stage.sql(`INSERT INTO cloudpe.notes (title, text, created_at, updated_at) VALUES ${rows.join()}`);
    await page.goto('/');
    expect((await titles(page)).slice(0, 2)).toEqual(['Note 45', 'Note 44']);
    const more = page.getByRole('link', { name: 'Show older notes' });
    await more.click();
    await page.waitForFunction(() => document.querySelectorAll('.notes li').length === 40);
    await more.click();
    await page.waitForFunction(() => document.querySelectorAll('.notes li').length === 45);
    expect(await titles(page)).toEqual(Array.from({ length: 45 }, (_, index) => `Note ${45 - index}`));
    expect(await more.count()).toBe(0);

    const plain = await open({ javaScriptEnabled: false });
    await plain.goto('/');
    await plain.getByRole('link', { name: 'Show older notes' }).click();
    expect((await titles(plain))[0]).toBe('Note 25');
  });

  test('who sends the same form twice makes one note', async () => {
    await page.goto('/');
    const key = await page.locator('input[name=key]').inputValue();
    const form = { key, title: 'Once', text: '' };
    const both = await Promise.all([page.request.post('/create', { form }), page.request.post('/create', { form })]);
    expect(both.map((answer) => answer.status())).toEqual([200, 200]);
    await page.goto('/');
    expect(await titles(page)).toEqual(['Once']);
  });

  test('is told beside the field what the API refuses, and keeps what was typed', async () => {
    await page.goto('/');
    await page.getByLabel('Title').evaluate((input: HTMLInputElement) => { input.maxLength = 1000; });
    await page.getByLabel('Title').fill('x'.repeat(201));
    await page.getByLabel('Text').fill('kept');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.locator('#title-error').textContent()).toContain('200 characters');
    expect(await page.getByLabel('Text').inputValue()).toBe('kept');
  });

  test('is told when the API is away or hangs, in time, and nothing typed is lost', async () => {
    await page.goto('/');
    await page.getByLabel('Title').fill('Not lost');
    await docker('pause', stage.container('backend'));
    try {
      const started = Date.now();
      await page.getByRole('button', { name: 'Save note' }).click();
      await page.getByRole('alert').waitFor();
      expect(Date.now() - started).toBeLessThan(12_000);
      expect(await page.getByRole('alert').textContent()).toContain('slow');
      expect(await page.getByLabel('Title').inputValue()).toBe('Not lost');
    } finally {
      await docker('unpause', stage.container('backend'));
    }
    // The form still holds its key: what arrived late is not saved twice.
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByRole('status').waitFor();
    expect(await titles(page)).toEqual(['Not lost']);
  });

  test.each(['light', 'dark'] as const)('meets no barrier that axe finds (%s)', async (colorScheme) => {
    const themed = await open({ colorScheme });
    await create(themed, 'A note with a title', 'and a text');
    await themed.request.post('/create', { form: { title: 'Another', text: '' } });
    const found: string[] = [];
    const id = (await themed.locator('.note-title').first().getAttribute('href')) ?? '';
    for (const path of ['/?done=created', id, `${id}/delete`, '/notes/999999999', '/?after=1']) {
      await themed.goto(path);
      const { violations } = await new AxeBuilder({ page: themed }).analyze();
      found.push(...violations.map((violation) => `${path} ${violation.impact ?? ''} ${violation.id}: ${violation.nodes[0]?.html ?? ''}`));
    }
    expect(found).toEqual([]);
  });

  test('never scrolls sideways on a narrow screen', async () => {
    const narrow = await open({ viewport: { width: 320, height: 640 } });
    await create(narrow, 'W'.repeat(180), 'averylongwordwithoutanybreak'.repeat(20));
    for (const path of ['/', (await narrow.locator('.note-title').first().getAttribute('href')) ?? '']) {
      await narrow.goto(path);
      expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    }
  });

  test('gets along with the keyboard alone', async () => {
    await page.goto('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Typed');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').waitFor();
    expect(await titles(page)).toEqual(['Typed']);
  });

  test('cannot be made to write by a page of another site', async () => {
    await page.route('http://evil.test/', async (route) => {
      const form = `<form method="post" action="${site}/create"><input name="title" value="forged"><button>Win</button></form>`;
      await route.fulfill({ contentType: 'text/html', body: form });
    });
    await page.goto('http://evil.test/');
    const [answer] = await Promise.all([page.waitForResponse(`${site}/create`), page.getByRole('button').click()]);
    expect(answer.status()).toBe(403);
    await page.goto('/');
    expect(await titles(page)).toEqual([]);
  });
});
