import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Load, send } from './load.js';
import { application, docker, dockerAnswers, image, monitor, Stage, tag, until } from './stage.js';

describe.skipIf(!(await dockerAnswers()))('the backend and its database', () => {
  let stage: Stage;
  let api: string;

  beforeAll(async () => {
    await image('backend');
    stage = await Stage.empty();
    await stage.mysql();
  });
  afterAll(async () => {
    await stage.close();
  });

  test('two migrations at once on an empty server both succeed, one after the other', async () => {
    const outputs = await Promise.all([stage.migrate(), stage.migrate()]);
    const upgrades = outputs.map((output) => output.includes('Running upgrade')).sort();
    expect(upgrades).toEqual([false, true]);
    expect(outputs.every((output) => output.includes('migration done'))).toBe(true);
    expect(outputs.join()).not.toMatch(/placeholder/);
  });

  test('a migration that finds nothing to do changes nothing', async () => {
    expect(await stage.migrate()).not.toMatch(/Running upgrade|created|changed/);
  });

  test('the migrated schema is the one that the application expects', async () => {
    const compare = `
import MySQLdb
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from app.database import connect_arguments
from app.parameters import ParameterStore
from app.schema import metadata
from app.settings import Settings
settings = Settings.from_environment()
arguments = connect_arguments(ParameterStore(settings).current(), settings)
engine = create_engine('mysql+mysqldb://', creator=lambda: MySQLdb.connect(**arguments))
with engine.connect() as connection:
    options = {'include_object': lambda o, name, kind, *_: name != 'alembic_version'}
    print(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))`;
    await stage.backend();
    await stage.answers('backend', 4000, '/ready');
    api = await stage.url('backend', 4000);
    expect(await docker('exec', stage.container('backend'), 'python', '-c', compare)).toBe('[]');
  });

  test('the application may read and write its tables, encrypted, and nothing else', async () => {
    const grants = (await stage.sql(`SHOW GRANTS FOR '${application.username}'@'%'`)).split('\n').sort();
    expect(grants).toEqual([
      'GRANT SELECT, INSERT, UPDATE, DELETE ON `cloudpe`.`idempotency_keys` TO `application`@`%`',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON `cloudpe`.`notes` TO `application`@`%`',
      'GRANT USAGE ON *.* TO `application`@`%`',
    ]);
    expect(await stage.sql("SELECT ssl_type FROM mysql.user WHERE user = 'application'")).toBe('ANY');
  });

  test('the monitoring user sees figures, explains statements, and reads no note', async () => {
    const as = async (statement: string) => {
      const client = ['mysql', '-h127.0.0.1', `-u${monitor.username}`, '--ssl-mode=REQUIRED', '-N', '-e', statement];
      return await execa('docker', ['exec', '-e', `MYSQL_PWD=${monitor.password}`, stage.container('mysql'), ...client], { reject: false });
    };
    expect((await as("CALL datadog.explain_statement('SELECT 1')")).stdout).toContain('"query');
    expect((await as('CALL datadog.enable_events_statements_consumers()')).exitCode).toBe(0);
    expect((await as('SELECT COUNT(*) FROM performance_schema.threads')).exitCode).toBe(0);
    expect((await as('SELECT * FROM cloudpe.notes')).stderr).toContain('command denied');
  });

  test('every connection of the application is encrypted', async () => {
    const types = await stage.sql("SELECT DISTINCT connection_type FROM performance_schema.threads WHERE processlist_user = 'application'");
    expect(types).toBe('SSL/TLS');
  });

  test('a rotated password costs no request: the old one goes on working for tasks that hold it', async () => {
    const load = new Load(4, async (agent) => await send(agent, `${api}/notes?limit=1`));
    const next = { DATABASE_PASSWORD: 'rotated-placeholder' };
    expect(await stage.migrate(next)).toContain('the former one is kept');
    // A second task of the same deployment must not push the old password out.
    expect(await stage.migrate(next)).not.toContain('former');
    // Connections opened before prove nothing: end them.
    const open = await stage.sql("SELECT id FROM performance_schema.processlist WHERE user = 'application'");
    for (const id of open.split('\n')) await stage.sql(`KILL ${id}`).catch(() => '');
    await stage.backend(next, 'rotated');
    await stage.answers('rotated', 4000, '/ready');
    await sleep(500);
    const counts = await load.stop();
    console.info(`rotation: ${JSON.stringify(counts)}`);
    expect(Object.keys(counts)).toEqual(['200']);
  });

  test('stopped and started: alive, not ready, quick to refuse, back by itself, and every acknowledged note is there', async () => {
    const own = await Stage.empty();
    try {
      await own.mysql({ lasting: true });
      await own.migrate();
      await own.backend();
      await own.answers('backend', 4000, '/ready');
      const url = await own.url('backend', 4000);
      const ready = async () => (await fetch(`${url}/ready`)).status;
      const load = new Load(4, async (agent) => await send(agent, `${url}/create`, { title: 'acknowledged' }), 10);
      await sleep(1500);

      await docker('stop', own.container('mysql'));
      const started = Date.now();
      const answer = await fetch(`${url}/notes`);
      const refusal = Date.now() - started;
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(refusal).toBeLessThan(2500);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      await until(3000, '/ready says no', async () => (await ready()) === 503);
      await docker('start', own.container('mysql'));
      const back = await until(30_000, '/ready says yes', async () => (await ready()) === 200);
      await sleep(1000);

      // Packets that vanish are worse than a refusal: nobody says that the other side is gone.
      await docker('network', 'disconnect', own.name, own.container('mysql'));
      await until(4000, '/ready says no', async () => (await ready()) === 503);
      const before = load.outcomes.length;
      await until(12_000, 'requests are refused', () => Promise.resolve(load.outcomes.slice(before).includes(503)));
      await docker('network', 'connect', '--alias', 'mysql', own.name, own.container('mysql'));
      const again = await until(20_000, '/ready says yes', async () => (await ready()) === 200);
      await sleep(500);

      const counts = await load.stop();
      const kept = Number(await own.sql("SELECT COUNT(*) FROM cloudpe.notes WHERE title = 'acknowledged'"));
      console.info(
        `database away twice: ${JSON.stringify(counts)}, ${kept} notes kept, one refusal took ${refusal} ms, ` +
          `ready ${back} ms after a start and ${again} ms after the network`,
      );
      expect(Object.keys(counts).sort()).toEqual(['201', '503']);
      expect(kept).toBeGreaterThanOrEqual(counts[201] ?? 0);
      expect(await docker('inspect', '--format', '{{.RestartCount}}', own.container('backend'))).toBe('0');
    } finally {
      await own.close();
    }
  });

  test('verifies the certificate and the name where it is told to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cloudpe-tls-'));
    const own = await Stage.empty();
    const openssl = async (...args: string[]) => { await execa('openssl', args, { cwd: folder }); };
    const days = ['-days', '2'];
    try {
      await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test authority', '-keyout', 'ca.key', '-out', 'ca.pem', ...days);
      await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=mysql', '-addext', 'subjectAltName=DNS:mysql', '-keyout', 'key.pem', '-out', 'request.pem');
      await openssl('x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy', '-out', 'certificate.pem', ...days);
      const volume = `${own.name}-tls`;
      await docker('volume', 'create', volume);
      await docker('run', '--detach', '--name', own.container('copy'), '--volume', `${volume}:/tls`, 'mysql:8.4', 'sleep', '60');
      await docker('cp', `${folder}/.`, `${own.container('copy')}:/tls`);
      await docker('exec', '--user', '0', own.container('copy'), 'sh', '-c', 'chmod 644 /tls/*');
      await docker('rm', '--force', own.container('copy'));
      // See below for what runs on it.
      await verify(own, volume);
      await own.close();
      await docker('volume', 'rm', volume);
    } finally {
      await own.close();
      await rm(folder, { recursive: true });
    }
  });

  const verify = async (own: Stage, volume: string) => {
    await own.run('mysql', 'mysql:8.4', {
      environment: { MYSQL_ROOT_PASSWORD: 'master-placeholder', MYSQL_ROOT_HOST: '%' },
      options: ['--tmpfs', '/var/lib/mysql:size=1g', '--network-alias', 'alias', '--volume', `${volume}:/tls:ro`],
      command: ['--require-secure-transport=ON', '--ssl-ca=/tls/ca.pem', '--ssl-cert=/tls/certificate.pem', '--ssl-key=/tls/key.pem'],
      writable: true,
    });
    await until(30_000, 'MySQL accepts the master user', async () => (await own.sql('SELECT 1').catch(() => '')) === '1');
    await own.migrate();
    const mount = ['--volume', `${volume}:/tls:ro`];
    const verified = { DATABASE_TLS: 'verify', DATABASE_CA_BUNDLE: '/tls/ca.pem' };
    await own.backend(verified, 'trusting', mount);
    await own.answers('trusting', 4000, '/ready');
    // The right authority, another name.
    await own.backend({ ...verified, DATABASE_ENDPOINT: 'alias:3306' }, 'other-name', mount);
    // The right name, an authority that RDS does not have.
    await own.backend({ DATABASE_TLS: 'verify' }, 'other-authority', mount);
    for (const name of ['other-name', 'other-authority']) {
      await own.answers(name, 4000, '/health');
      expect((await fetch(`${await own.url(name, 4000)}/notes`)).status).toBe(503);
      expect(await own.logs(name)).toContain('MySQL error 2026');
    }
    await own.run('no-bundle', tag('backend'), { environment: { DATABASE_TLS: 'verify', DATABASE_CA_BUNDLE: '/nowhere.pem', DD_TRACE_ENABLED: 'false' } });
    expect(await own.exitCode('no-bundle')).not.toBe(0);
    expect(await own.logs('no-bundle')).toContain("DATABASE_CA_BUNDLE must name a file of certificates when DATABASE_TLS is verify, got '/nowhere.pem'");
  };
});
