import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTAINER, LABEL, logFolder } from '../../src/local/emulator-container';
import { LOCAL_STACKS } from '../../src/local/stacks';
import { Checkout } from './checkout';
import { Platform } from './platform';
import { pounding } from './pounding';

const platform = new Platform('e2e');
const ROWS = 'src/config/environments.ts';
const SNAPSHOT = 'e2e-before-the-accident';

/** The same workspace, as a checkout says it whose rows change from test to test. */
const changed = new Checkout();
const later = new Platform(platform.workspace, changed.root);
let browser: Browser | undefined;

/** `npm run up` of the changed rows under load, after which everything was answered. */
async function upUnderLoad(): Promise<string> {
  const load = pounding(platform, '/api/notes');
  const { exitCode, output } = await later.npm('up', [], { VERSION: 'e2e-2' });
  const { sent, failed } = await load.stop();
  expect(exitCode, output).toBe(0);
  expect(sent).toBeGreaterThan(20);
  expect(failed).toEqual([]);
  return output;
}

/** What accidents of the emulator would take away besides: a person's own platform, say. */
let bystanders: readonly string[] = [];
let interrupted: Awaited<ReturnType<Platform['npm']>> | undefined;
let cutOff: typeof interrupted;

const needsTheEmulatorAlone = (skip: (note: string) => never): void => {
  if (bystanders.length > 0) skip(`the emulator serves ${bystanders.join(', ')}: npm run down there first`);
};

beforeAll(async () => {
  bystanders = await platform.others();
  if (bystanders.length === 0) {
    // Somebody changes their mind at the worst moment: the database is being made.
    interrupted = await platform.interrupted('up', /Database\/Instance: creating/);
    // What that left is in the way of the next one, which starts anew; then the emulator itself is gone.
    cutOff = await platform.during('up', /everything starts anew[^]*Database\/Instance: creating/, async () =>
      execa('docker', ['kill', CONTAINER]),
    );
  }
  const { exitCode, output } = await platform.npm('up');
  expect(exitCode, output).toBe(0);
  expect(output).toContain(`Open ${platform.url}`);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
});

afterAll(async () => {
  await browser?.close();
  changed.remove();
});

describe('an `up` that does not end', () => {
  test('by a Ctrl-C has no address to open', ({ skip }) => {
    needsTheEmulatorAlone(skip);
    expect(interrupted?.exitCode, interrupted?.output).not.toBe(0);
    expect(interrupted?.output).not.toContain(`Open ${platform.url}`);
  });

  test('by the end of the emulator says so, and that the next one needs no help', ({ skip }) => {
    needsTheEmulatorAlone(skip);
    expect(cutOff?.exitCode, cutOff?.output).not.toBe(0);
    expect(cutOff?.output).toContain('everything starts anew.');
    expect(cutOff?.output).toContain('The emulator stopped meanwhile');
    expect(cutOff?.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });
});

describe('what a person sees', () => {
  test('a note that was created is there after a reload', async () => {
    const page = await (browser as Browser).newPage();
    await page.goto(platform.url);
    await page.getByLabel('Title').fill('Milk');
    await page.getByLabel('Text').fill('Two bottles');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.waitForLoadState();
    await page.goto(platform.url);
    await page.reload();
    expect(await page.getByText('Milk').count()).toBeGreaterThan(0);
    await page.close();
  });

  test('status names both services and the address', async () => {
    const { output } = await platform.npm('status');
    expect(output).toContain(platform.settings.identity.name('frontend'));
    expect(output).toContain(platform.settings.identity.name('backend'));
    expect(output).toContain(`${platform.url} answers 200`);
  });

  test('logs show the requests of the backend', async () => {
    await platform.ask('GET', '/api/notes');
    await expect
      .poll(async () => (await platform.npm('logs', ['backend'])).output, { timeout: 30_000, interval: 1000 })
      .toContain('/notes');
  });

  test('traces lead from the page to the SQL', async () => {
    await expect
      .poll(async () => (await platform.npm('traces')).output, { timeout: 60_000, interval: 2000 })
      .toMatch(/backend-service.*flask\.request[\s\S]*mysql\.query/);
  });
});

describe('the API through the page’s origin', () => {
  test('creates, reads, changes and deletes a note', async () => {
    const created = await platform.ask('POST', '/api/create', { title: 'One', text: 'first' });
    expect(created.status).toBe(201);
    const { id } = JSON.parse(created.body) as { id: number };
    expect(JSON.parse((await platform.ask('GET', `/api/notes/${id}`)).body)).toMatchObject({
      title: 'One',
      text: 'first',
    });
    expect((await platform.ask('PUT', `/api/notes/${id}`, { title: 'Two', text: '' })).status).toBe(200);
    expect((await platform.ask('DELETE', `/api/notes/${id}`)).status).toBe(204);
    expect((await platform.ask('GET', `/api/notes/${id}`)).status).toBe(404);
  });
});

describe('what ops see', () => {
  test.each(LOCAL_STACKS)('the second plan of %s is empty', async (stack) => {
    const { exitCode, output } = await platform.plan(stack);
    expect(output).toContain('No changes.');
    expect(exitCode).toBe(0);
  });

  test('up again changes nothing and says so', async () => {
    const { exitCode, output } = await platform.npm('up');
    expect(output).toContain('Nothing to change');
    expect(exitCode).toBe(0);
  });
});

describe('secrets', () => {
  test('no password is in a state, a plan, a log, the Terraform JSON or the frontend', async () => {
    const passwords = await Promise.all([
      platform.parameter('database', 'password'),
      platform.parameter('database', 'master', 'password'),
      platform.parameter('database', 'monitor', 'password'),
    ]);
    for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9]{32}$/);

    const places: Record<string, string> = { ...(await platform.states()), ...(await platform.synthesized()) };
    for (const stack of LOCAL_STACKS) places[`plan of ${stack}`] = (await platform.plan(stack)).json;
    const logs = logFolder(platform.settings);
    for (const file of readdirSync(logs)) places[`log ${file}`] = readFileSync(path.join(logs, file), 'utf8');
    for (const name of ['frontend-container', 'backend-container']) {
      const ids = await platform.containers(name);
      expect(ids).not.toHaveLength(0);
      for (const id of ids) {
        places[`inspect ${name}`] = (await execa('docker', ['inspect', id])).stdout;
        places[`log of ${name}`] = (await execa('docker', ['logs', id], { all: true })).all;
      }
    }

    expect(Object.keys(places).filter((key) => key.includes('.tfstate')).length).toBeGreaterThanOrEqual(2);
    const found = Object.entries(places).filter(([, text]) => passwords.some((password) => text.includes(password)));
    expect(found.map(([place]) => place)).toEqual([]);
  });
});

describe('change', () => {
  test('a release of a new version loses no request', async () => {
    const load = pounding(platform, '/api/notes');
    const { exitCode, output } = await platform.npm('up', [], { VERSION: 'e2e-2' });
    const { sent, failed } = await load.stop();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('applied application');
    expect(sent).toBeGreaterThan(20);
    expect(failed).toEqual([]);
    expect((await platform.ask('GET', '/api/version')).body).toContain('e2e-2');
  });

  test('a release by deploy, and the way back that it names, lose no request', async () => {
    const deploy = async (version: string) => platform.npm('deploy', [], { ENVIRONMENT: 'local', VERSION: version });
    const nothing = await deploy('e2e-2');
    expect(nothing.output).toContain('Nothing to change: local is as this checkout says.');

    const load = pounding(platform, '/api/notes');
    const release = await deploy('e2e-3');
    expect(release.exitCode, release.output).toBe(0);
    expect((await platform.ask('GET', '/api/version')).body).toContain('e2e-3');
    const [, version = ''] = /git checkout \S+ && .*VERSION=(\S+) npm run deploy/.exec(release.output) ?? [];
    expect(version, release.output).toBe('e2e-2');
    const rollback = await deploy(version);
    const { sent, failed } = await load.stop();
    expect(rollback.exitCode, rollback.output).toBe(0);
    expect((await platform.ask('GET', '/api/version')).body).toContain('e2e-2');
    expect(sent).toBeGreaterThan(20);
    expect(failed).toEqual([]);
  });

  test('a release that does not start is taken back, up says so, and no request fails', async () => {
    const checkout = new Checkout();
    try {
      checkout.edit('images/frontend/gunicorn.conf.py', 'bind = "127.0.0.1:8000"', 'raise SystemExit("no good")');
      const load = pounding(platform, '/');
      const edited = new Platform(platform.workspace, checkout.root);
      const { exitCode, output } = await edited.npm('up', [], { VERSION: 'e2e-2' });
      const { sent, failed } = await load.stop();
      expect(output).toContain('the release of frontend was taken back');
      expect(output).toContain('More: npm run logs -- frontend');
      expect(exitCode).toBe(1);
      expect(sent).toBeGreaterThan(20);
      expect(failed).toEqual([]);
      // The checkout without the mistake puts it right.
      const mended = await platform.npm('up', [], { VERSION: 'e2e-2' });
      expect(mended.exitCode, mended.output).toBe(0);
      expect((await platform.ask('GET', '/')).status).toBe(200);
    } finally {
      checkout.remove();
    }
  });

  // Before the rotation, so that the passwords in it are old ones.
  test('a snapshot is taken of the database while it serves', async () => {
    const DBInstanceIdentifier = platform.settings.identity.databaseInstance('main');
    await platform.rds('CreateDBSnapshot', { DBSnapshotIdentifier: SNAPSHOT, DBInstanceIdentifier });
    expect((await platform.ask('GET', '/api/notes')).body).toContain('Milk');
  });

  test('raising one number gives every user of the database a new password, and no request fails', async () => {
    const passwords = () =>
      Promise.all([
        platform.parameter('database', 'password'),
        platform.parameter('database', 'master', 'password'),
        platform.parameter('database', 'monitor', 'password'),
      ]);
    const before = await passwords();
    changed.edit(ROWS, 'passwordVersion: 1,', 'passwordVersion: 2,');
    await upUnderLoad();
    const after = await passwords();
    after.forEach((password, index) => {
      expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
      expect(password).not.toBe(before[index]);
    });
    expect((await platform.ask('POST', '/api/create', { title: 'After the rotation', text: '' })).status).toBe(201);
  });

  test('a killed task is replaced', async () => {
    const before = await platform.containers('backend-container');
    await execa('docker', ['kill', ...before]);
    await expect
      .poll(
        async () => {
          const after = await platform.containers('backend-container');
          const { status } = await platform.ask('GET', '/api/notes');
          return status === 200 && after.length > 0 && after.every((id) => !before.includes(id));
        },
        { timeout: 120_000, interval: 1000 },
      )
      .toBe(true);
  });
});

describe('after an accident', () => {
  const titles = 'SELECT title FROM cloudpe.notes';

  test('the snapshot comes up beside the database that serves', async () => {
    const { notes } = JSON.parse((await platform.ask('GET', '/api/notes')).body) as { notes: { id: number }[] };
    for (const { id } of notes) expect((await platform.ask('DELETE', `/api/notes/${id}`)).status).toBe(204);
    expect(await platform.sql('main', titles)).toBe('');

    changed.edit(ROWS, 'main: {} }', `main: {}, restored: { fromSnapshot: '${SNAPSHOT}' } }`);
    await upUnderLoad();
    // With the password of today: the snapshot has the one before.
    expect(await platform.sql('restored', titles)).toContain('Milk');
    expect(await platform.sql('main', titles)).toBe('');
    expect((await platform.ask('GET', '/api/notes')).body).not.toContain('Milk');
  });

  test('one word lets it serve, and no request fails', async () => {
    changed.edit(ROWS, "serving: 'main'", "serving: 'restored'");
    expect(await upUnderLoad()).toContain('applied application');
    expect((await platform.ask('GET', '/api/notes')).body).toContain('Milk');
    expect((await platform.ask('POST', '/api/create', { title: 'After the restore', text: '' })).status).toBe(201);
    expect(await platform.sql('restored', titles)).toContain('After the restore');
    expect(await platform.sql('main', titles)).toBe('');
  });

  test.each(LOCAL_STACKS)('the second plan of %s is empty again', async (stack) => {
    const { exitCode, output } = await later.plan(stack);
    expect(output).toContain('No changes.');
    expect(exitCode).toBe(0);
  });

  test('the former database goes, unnoticed', async () => {
    changed.edit(ROWS, 'instances: { main: {}, restored', 'instances: { restored');
    await upUnderLoad();
    expect(await platform.databases('main')).toEqual([]);
    expect((await platform.ask('GET', '/api/notes')).body).toContain('After the restore');
  });
});

// The last tests of the file, because nothing is left after them.
describe('a second workspace', () => {
  const other = new Platform('e2e-two');

  test('comes up beside the first and shares nothing with it', async () => {
    const { exitCode, output } = await other.npm('up');
    expect(exitCode, output).toBe(0);
    expect((await other.ask('POST', '/api/create', { title: 'Only in the second', text: '' })).status).toBe(201);
    expect((await platform.ask('GET', '/api/notes')).body).not.toContain('Only in the second');
    expect((await other.ask('GET', '/api/notes')).body).not.toContain('Milk');
    expect(await other.parameter('database', 'password')).not.toBe(await platform.parameter('database', 'password'));
    const [one, two] = await Promise.all([platform.states(), other.states()]);
    expect(Object.keys(one).filter((key) => key in two)).toEqual([]);
  });

  test('keeps its notes when the first lost its database and tries to come up', async () => {
    await execa('docker', ['rm', '--force', ...(await platform.databases('restored'))]);
    const { exitCode, output } = await later.npm('up', [], { VERSION: 'e2e-2' });
    expect(exitCode, output).toBe(1);
    expect(output).toContain('would take the notes of');
    expect(output).toContain(other.workspace);
    expect((await other.ask('GET', '/api/notes')).body).toContain('Only in the second');
  });

  test('keeps serving while the first is removed', async () => {
    const load = pounding(other, '/api/notes');
    const { exitCode, output } = await platform.npm('down', ['--yes']);
    const { sent, failed } = await load.stop();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('it serves e2e-two');
    expect(sent).toBeGreaterThan(20);
    expect(failed).toEqual([]);
    expect(await platform.containers()).toEqual([]);
    expect(await platform.states()).toEqual({});
  });

  test('comes up after a power cut', async ({ skip }) => {
    needsTheEmulatorAlone(skip);
    const { stdout: ours } = await execa('docker', ['ps', '--quiet', '--filter', `label=${LABEL}=${CONTAINER}`]);
    await execa('docker', ['kill', ...ours.split('\n')]);
    const { exitCode, output } = await other.npm('up');
    expect(exitCode, output).toBe(0);
    expect(output).toContain('started the emulator');
    expect((await other.ask('POST', '/api/create', { title: 'After the power cut', text: '' })).status).toBe(201);
  });

  test('leaves nothing when it goes too', async () => {
    const { exitCode, output } = await other.npm('down', ['--yes']);
    expect(exitCode, output).toBe(0);
    expect(await other.containers()).toEqual([]);
    const { stdout: names } = await execa('docker', ['ps', '--all', '--format', '{{.Names}}']);
    expect(names).not.toContain(other.settings.identity.name('database'));
    // The emulator stays only for somebody else's workspace.
    if (names.includes('cloudpe-emulator')) expect(output).toContain('it serves');
    else {
      const [networks, volumes] = await Promise.all(
        ['network', 'volume'].map((what) =>
          execa('docker', [what, 'ls', '--quiet', '--filter', 'label=cloudpe.emulator=cloudpe-emulator']),
        ),
      );
      expect([networks?.stdout, volumes?.stdout]).toEqual(['', '']);
    }
  });
});
