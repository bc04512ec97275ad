import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Notes every interruption, and takes a second to finish what it does. */
const TERRAFORM = `#!/bin/bash
trap 'echo interrupted >> "$0.log"' INT
echo begun >> "$0.log"
for _ in $(seq 20); do sleep 0.1; done
echo finished >> "$0.log"
`;

/** Gives Terraform a group of its own and passes a Ctrl-C on, as cdktf does. */
const CDKTF = `#!/usr/bin/env node
const { spawn } = require('node:child_process');
const terraform = spawn(require('node:path').join(__dirname, 'terraform'), { stdio: 'inherit', detached: true });
process.on('SIGINT', () => terraform.kill('SIGINT'));
terraform.on('exit', (code) => process.exit(code ?? 1));
`;

describe.skipIf(process.platform === 'win32')('a Ctrl-C', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cloudpe-interrupted-'));
    for (const [name, text] of Object.entries({ terraform: TERRAFORM, cdktf: CDKTF })) {
      writeFileSync(path.join(folder, name), text);
      chmodSync(path.join(folder, name), 0o755);
    }
    const logged = path.join(ROOT, 'src/local/logged.ts');
    writeFileSync(
      path.join(folder, 'command.mts'),
      `import { runLogged } from ${JSON.stringify(logged)};
for (const name of ['first', 'second']) {
  console.log('starts ' + name);
  await runLogged(${JSON.stringify(path.join(folder, 'cdktf'))}, [], { name, logFolder: ${JSON.stringify(folder)}, cwd: '.' });
}`,
    );
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const log = (): string[] => {
    try {
      return readFileSync(path.join(folder, 'terraform.log'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };

  /** A command of ours, and what a terminal does: every process of its group gets the signal. */
  function command(): { child: ResultPromise<{ reject: false; all: true; detached: true }>; press: () => void } {
    const child = execa('node', ['--import', 'tsx', path.join(folder, 'command.mts')], {
      cwd: ROOT,
      reject: false,
      all: true,
      detached: true,
    });
    return { child, press: () => process.kill(-(child.pid ?? Number.NaN), 'SIGINT') };
  }

  test('reaches Terraform once, lets it finish, and starts nothing more', async () => {
    const { child, press } = command();
    await expect.poll(log, { timeout: 30_000 }).toEqual(['begun']);
    press();
    const { exitCode, all } = await child;
    expect(log()).toEqual(['begun', 'interrupted', 'finished']);
    expect(all).toContain('Stopping: Terraform finishes');
    expect(all).not.toContain('starts second');
    expect(exitCode).toBe(130);
  });

  test('pressed again ends everything at once', async () => {
    const { child, press } = command();
    await expect.poll(log, { timeout: 30_000 }).toEqual(['begun']);
    press();
    await expect.poll(log, { timeout: 30_000 }).toContain('interrupted');
    press();
    expect((await child).exitCode).toBe(130);
    expect(log()).not.toContain('finished');
  });
});
