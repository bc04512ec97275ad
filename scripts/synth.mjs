// Bundles main.ts and runs the bundle. It is kept, and used again while nothing that it was made from has changed: our
// own files by content, those of packages by size and times. So a stale bundle never hides fresh code, and no clock decides.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, '.cloudpe', 'bundle');
const OUR_FILES = ['main.ts', 'package.json', 'tsconfig.json', 'scripts/synth.mjs'];
const PACKAGES = 'node_modules/.package-lock.json';
const DAY = 24 * 60 * 60 * 1000;

/** All of src/, not only what was bundled: a new file may come before another when a name is resolved. */
function ourCode() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const hash = createHash('sha256').update(process.version);
  for (const file of [...OUR_FILES.map((name) => join(root, name)), ...sources]) {
    const content = readFileSync(file);
    hash.update(JSON.stringify([file, content.length])).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

function stateOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs, ctimeMs } = statSync(join(root, file));
    hash.update(JSON.stringify([file, size, mtimeMs, ctimeMs]));
  }
  return hash.digest('hex');
}

function isCurrent(note) {
  try {
    const { files, state } = JSON.parse(readFileSync(note, 'utf8'));
    return stateOf(files) === state;
  } catch {
    return false;
  }
}

/** CDKTF notes a whole stack trace for every token, a seventh of a run; people see messages only. */
const withoutTraces = {
  name: 'without-traces',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/ }, () => ({
      contents: 'exports.captureStackTrace = () => [];',
    }));
  },
};

async function bundle(file, note) {
  const { build } = await import('esbuild');
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['main.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
    metafile: true,
    write: false,
    plugins: [withoutTraces],
  });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    // Not the young ones: another synth may be about to run one.
    const old = join(folder, name);
    if (Date.now() - (statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY) rmSync(old, { force: true });
  }
  const files = [PACKAGES, ...Object.keys(metafile.inputs).filter((name) => name.includes('node_modules/'))];
  write(file, outputFiles[0].contents);
  write(note, JSON.stringify({ files, state: stateOf(files) }));
}

/** Whole or not at all, for two synths at once. */
function write(file, content) {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, content);
  renameSync(part, file);
}

const code = ourCode();
const [file, note] = [join(folder, `${code}.cjs`), join(folder, `${code}.json`)];
if (!isCurrent(note)) await bundle(file, note);
createRequire(import.meta.url)(file);

if (process.argv.includes('--list') && !process.exitCode) {
  const output = process.env.CDKTF_OUTDIR ?? 'cdktf.out';
  const { stacks } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8'));
  for (const { synthesizedStackPath } of Object.values(stacks)) console.log(join(output, synthesizedStackPath));
}
