// Two bundles: one of the packages, which an edit leaves as it is, and one of our code, small and quick to make, that asks
// the other for them. Packages that are ES modules go with our code: what they export is known only to who bundles them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { isCurrent, stateOf } from './bundle-state.mjs';

const INSTALLED = 'node_modules/.package-lock.json';
const DAY = 24 * 60 * 60 * 1000;

/** Writes the bundle of main.ts to `file`, beside it what it was made from to `note`, and that of the packages. */
export async function bundle({ root, folder, file, note }) {
  mkdirSync(folder, { recursive: true });
  /** What our code imports from the other bundle. */
  const packages = new Set();
  const { metafile, outputFiles } = await build({
    ...options(root, file),
    entryPoints: ['main.ts'],
    plugins: [packagesElsewhere(root, packages)],
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
  const names = [...packages].sort().map((name) => JSON.stringify(name));
  const own = [readFileSync(new URL(import.meta.url)), names.join(), process.version];
  const hash = own.reduce((sum, part) => sum.update(part), createHash('sha256'));
  const name = `packages-${hash.digest('hex').slice(0, 32)}.cjs`;
  if (existsSync(join(folder, name)) && isCurrent(root, join(folder, noteOf(name)))) return name;

  const lines = names.map((quoted) => `${quoted}: () => require(${quoted}),`);
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

/** Leaves out what our code imports from packages that are CommonJS only, and lists it in `packages`. */
const packagesElsewhere = (root, packages) => ({
  name: 'packages-elsewhere',
  setup({ onResolve }) {
    const answers = new Map();
    onResolve({ filter: /^(@[\w.-]+\/)?[\w][\w.-]*/ }, ({ path, kind, importer }) => {
      if (kind === 'entry-point' || importer.includes(`${sep}node_modules${sep}`)) return undefined;
      const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
      if (!answers.has(name)) answers.set(name, isCommonJsOnly(join(root, 'node_modules', name)));
      if (!answers.get(name)) return undefined;
      packages.add(path);
      return { path, external: true };
    });
  },
});

/** Whether `import` and `require` find the same file in the package: no ES modules, and no `exports` that tell them apart. */
function isCommonJsOnly(folder) {
  try {
    const { type, exports, module } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return type !== 'module' && exports === undefined && module === undefined;
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
