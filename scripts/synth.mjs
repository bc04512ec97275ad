// Bundles main.ts and runs it. Always bundles (about 0.3 s): a stale bundle can never hide fresh code.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// One file a process: two synths at once never run each other's bundle.
const outfile = join(root, '.cloudpe', 'bundle', `main-${process.pid}.cjs`);
mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [join(root, 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);

rmSync(outfile, { force: true });

if (process.argv.includes('--list') && !process.exitCode) {
  const output = process.env.CDKTF_OUTDIR ?? 'cdktf.out';
  const { stacks } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8'));
  for (const { synthesizedStackPath } of Object.values(stacks)) console.log(join(output, synthesizedStackPath));
}
