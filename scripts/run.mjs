#!/usr/bin/env node
// The entry of every npm script: `node scripts/run.mjs up`. Plain Node, no dependencies, because it is what makes the
// dependencies be there: a fresh clone needs nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MINIMUM_NODE = [20, 9];
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Script name → the program that runs it; programs with several commands get the name as their first argument. */
const PROGRAMS = {
  up: { file: 'src/local/cli.ts', commands: true },
  down: { file: 'src/local/cli.ts', commands: true },
  status: { file: 'src/local/cli.ts', commands: true },
  logs: { file: 'src/local/cli.ts', commands: true },
  traces: { file: 'src/local/cli.ts', commands: true },
  workspaces: { file: 'src/deploy/cli.ts', commands: true },
  test: { file: 'src/test/cli.ts' },
  review: { file: 'src/review/cli.ts' },
  deploy: { file: 'src/deploy/cli.ts', commands: true },
  bootstrap: { file: 'src/deploy/cli.ts', commands: true },
  release: { file: 'src/deploy/cli.ts', commands: true },
};

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function nodeIsOldEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * True when node_modules holds what package-lock.json says. npm writes node_modules/.package-lock.json at the end of an
 * installation, so an interrupted one, or one from before the last `git pull`, does not pass; one made by hand does.
 */
function packagesAreInstalled() {
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const installed = packagesOf(path.join(root, 'node_modules/.package-lock.json'));
  if (wanted === undefined) fail(`package-lock.json in ${root} is missing or not JSON: restore it with git`);
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([name, { version, optional, devOptional }]) => {
    if (name === '') return true;
    const found = installed[name];
    // Optional packages are for other platforms more often than not.
    return found === undefined ? optional === true || devOptional === true : found.version === version;
  });
}

function installPackages() {
  process.stderr.write('Installing the packages that package-lock.json names (npm ci) …\n');
  const started = Date.now();
  const result = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.error !== undefined) fail(`npm does not start (${result.error.message}): install npm, it comes with Node`);
  if (result.signal !== null) process.kill(process.pid, result.signal);
  if (result.status !== 0)
    fail('npm ci failed, its message is above; run it by hand in the project folder to see more');
  process.stderr.write(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}

if (!nodeIsOldEnough(process.versions.node)) {
  fail(`Node ${MINIMUM_NODE.join('.')} or newer is needed, this is ${process.versions.node}: see https://nodejs.org`);
}
const [command, ...rest] = process.argv.slice(2);
const program = Object.hasOwn(PROGRAMS, command ?? '') ? PROGRAMS[command] : undefined;
if (program === undefined) {
  fail(`the command must be one of ${Object.keys(PROGRAMS).join(', ')}, got ${JSON.stringify(command ?? '')}`);
}
const file = path.join(root, program.file);
if (!existsSync(file)) fail(`${program.file} is missing: restore it with git`);
if (!packagesAreInstalled()) installPackages();

// The program runs in this process, not in a child: Ctrl-C reaches it once, and its exit code is ours.
process.chdir(root);
process.argv = [process.execPath, file, ...(program.commands ? [command] : []), ...rest];
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(file).href);
