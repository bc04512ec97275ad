// Bundles main.ts and runs the bundle. It is kept, and used again while nothing that it was made from has changed: our
// own files by content, those of packages by size and times. So a stale bundle never hides fresh code, and no clock decides.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCurrent } from './bundle-state.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, '.cloudpe', 'bundle');
const OUR_FILES = [
  'main.ts',
  'package.json',
  'tsconfig.json',
  'scripts/synth.mjs',
  'scripts/bundle.mjs',
  'scripts/bundle-state.mjs',
];

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

const code = ourCode();
const [file, note] = [join(folder, `${code}.cjs`), join(folder, `${code}.json`)];
if (!isCurrent(root, note)) {
  const { bundle } = await import('./bundle.mjs');
  await bundle({ root, folder, file, note });
}
createRequire(import.meta.url)(file);

if (process.argv.includes('--list') && !process.exitCode) {
  const output = process.env.CDKTF_OUTDIR ?? 'cdktf.out';
  const { stacks } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8'));
  for (const { synthesizedStackPath } of Object.values(stacks)) console.log(join(output, synthesizedStackPath));
}
