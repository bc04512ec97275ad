// Two bundles: one of the packages, which an edit leaves as it is, and one of our code, small and quick to make, that asks
// the other for them. Packages that are ES modules go with our code: what they export is known only to who bundles them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { isCurrent, stateOf } from './bundle-state.mjs';

const INSTALLED = 'node_modules/.package-lock.json';
const DAY = 24 * 60 * 60 * 1000;

/** Writes the bundle of main.ts to `file`, beside it what it was made from to `note`, and that of the packages. */
export async function bundle({ root, folder, file, note }) {
  mkdirSync(folder, { recursive: true });
  /** What our code imports → the file of that name, for all that the other bundle holds. */
  const packages = new Map();
  const { metafile, outputFiles } = await build({
    ...options(root, file),
    entryPoints: ['main.ts'],
    plugins: [packagesElsewhere(packages)],
  });
  const theirs = await bundlePackages({ root, folder, packages });
  const start = `require = ((elsewhere, here) => (name) => (elsewhere[name] ?? here)(name))(require(${JSON.stringify(`./${theirs}`)}), require);\n`;
  const files = [INSTALLED, relative(root, join(folder, theirs)), ...installedFiles(metafile)];
  const theirNote = JSON.parse(readFileSync(join(folder, noteOf(theirs)), 'utf8'));
  forgetOld(folder, [theirs, noteOf(theirs)]);
  write(file, start + outputFiles[0].text);
  const all = [...files, ...theirNote.files];
  write(note, JSON.stringify({ files: all, state: stateOf(root, all) }));
}

/** The name of the packages' bundle, which is made unless it is there and current. */
async function bundlePackages({ root, folder, packages }) {
  const entries = [...packages].map(([name, path]) => [name, relative(root, path).split(sep).join('/')]).sort();
  const own = [readFileSync(new URL(import.meta.url)), JSON.stringify(entries), process.version];
  const hash = own.reduce((sum, part) => sum.update(part), createHash('sha256'));
  const name = `packages-${hash.digest('hex').slice(0, 32)}.cjs`;
  if (existsSync(join(folder, name)) && isCurrent(root, join(folder, noteOf(name)))) return name;

  const lines = entries.map(([key, path]) => `${JSON.stringify(key)}: () => require(${JSON.stringify(`./${path}`)}),`);
  const { metafile, outputFiles } = await build({
    ...options(root, join(folder, name)),
    stdin: { contents: `module.exports = { __proto__: null, ${lines.join('\n')} };`, resolveDir: root },
    plugins: [withoutTraces],
  });
  const files = [INSTALLED, ...installedFiles(metafile)];
  write(join(folder, name), outputFiles[0].text);
  write(join(folder, noteOf(name)), JSON.stringify({ files, state: stateOf(root, files) }));
  return name;
}

function options(root, outfile) {
  return {
    absWorkingDir: root,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
    metafile: true,
    write: false,
  };
}

const noteOf = (name) => name.replace(/cjs$/, 'json');

const installedFiles = ({ inputs }) => Object.keys(inputs).filter((name) => name.includes('node_modules/'));

/** Leaves out the packages that our code imports and that are CommonJS, and lists them in `packages`. */
const packagesElsewhere = (packages) => ({
  name: 'packages-elsewhere',
  setup({ onResolve, resolve }) {
    const asked = new Map();
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, namespace, resolveDir, pluginData }) => {
      if (pluginData === packages || kind === 'entry-point' || importer.includes(`${sep}node_modules${sep}`))
        return undefined;
      const key = JSON.stringify([kind, path]);
      if (!asked.has(key))
        asked.set(key, resolve(path, { kind, importer, namespace, resolveDir, pluginData: packages }));
      const found = await asked.get(key);
      if (found.errors.length > 0 || found.external || !isCommonJs(found.path)) return undefined;
      packages.set(path, found.path);
      return { path, external: true };
    });
  },
});

/** As Node decides it. */
function isCommonJs(file) {
  if (!file.includes(`${sep}node_modules${sep}`)) return false;
  if (extname(file) !== '.js') return extname(file) === '.cjs';
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).type !== 'module';
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

/** Not the young ones: another synth may be about to run one. */
function forgetOld(folder, kept) {
  for (const name of readdirSync(folder)) {
    const old = join(folder, name);
    const { mtimeMs = Infinity } = statSync(old, { throwIfNoEntry: false }) ?? {};
    if (!kept.includes(name) && Date.now() - mtimeMs > DAY) rmSync(old, { force: true });
  }
}

/** Whole or not at all, for two synths at once. */
function write(file, content) {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, content);
  renameSync(part, file);
}
