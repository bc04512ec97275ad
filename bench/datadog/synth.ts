/** `npx tsx bench/datadog/synth.ts`: what the observability stack adds to a synthesis, in one run. */
import { execa } from 'execa';
import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const runs = 9;

/** One environment, all of its stacks; `datadog` is the field of that name. */
function program(datadog: string): string {
  return `
    import { App } from 'cdktf';
    import { defineEnvironment } from './src/app';
    import { environments } from './src/config/environments';
    const { prod } = environments;
    const app = new App({ outdir: process.env.OUT });
    defineEnvironment(app, { config: { ...prod, datadog: ${datadog} }, workspace: 'default', version: 'bench' }, '${root}');
    app.synth();
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ cpu: (user + system) / 1000, mebibytes: process.resourceUsage().maxRSS / 1024 }));
  `;
}

interface Figures {
  readonly total: number;
  readonly cpu: number;
  readonly mebibytes: number;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const kinds = { off: "{ kind: 'off' }", agent: 'prod.datadog' };
const figures: Record<string, Figures[]> = { off: [], agent: [] };
for (const [name, datadog] of Object.entries(kinds)) {
  await build({
    stdin: { contents: program(datadog), resolveDir: root, loader: 'ts' },
    outfile: join(folder, `${name}.cjs`),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
}
// Alternating, so that whatever else the machine does hits both alike.
for (let run = 0; run < runs; run++) {
  for (const name of Object.keys(kinds)) {
    const started = performance.now();
    const { stdout } = await execa('node', [join(folder, `${name}.cjs`)], { env: { OUT: join(folder, 'out') } });
    const used = JSON.parse(stdout) as { cpu: number; mebibytes: number };
    figures[name]?.push({ total: performance.now() - started, ...used });
  }
}
await rm(folder, { recursive: true });

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
for (const [name, list] of Object.entries(figures)) {
  const of = (key: keyof Figures) => Math.round(median(list.map((one) => one[key])));
  console.log(`${name}: ${of('total')} ms, of CPU ${of('cpu')} ms, ${of('mebibytes')} MiB (median of ${runs})`);
}
