import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { svgOf } from './drawing';
import { ReviewError } from './error';
import { draw } from './picture';
import { readStacks } from './stacks';
import { fromStacks } from './topology';

/** The environment that is drawn: the smallest one that has every part. */
const ENVIRONMENT = 'test';

/** The architecture, from the stacks as they are synthesized now. */
export async function diagram(environment = ENVIRONMENT): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diagram-'));
  try {
    const env = { ENVIRONMENT: environment, WORKSPACE: 'default', CDKTF_OUTDIR: folder };
    const run = await execa('node', ['scripts/synth.mjs'], { reject: false, stdin: 'ignore', env });
    if (run.failed) throw new ReviewError(`the stacks cannot be synthesized: ${run.stderr.trim().slice(0, 2_000)}`);
    return await diagramOf(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The architecture of a synthesized folder, as one SVG on white. */
export async function diagramOf(folder: string): Promise<string> {
  const files = [];
  for (const { id, folder: at } of await readStacks(folder)) {
    files.push({ stack: id, document: JSON.parse(await readFile(join(at, 'cdk.tf.json'), 'utf8')) as unknown });
  }
  return `${await svgOf(draw(fromStacks(files)), 'Architecture', 'white')}\n`;
}

// Run by `npm run diagram`, imported by its test.
const [, script = '', file = 'docs/architecture.svg'] = process.argv;
if (/review[/\\]diagram\.ts$/.test(script)) {
  try {
    await writeFile(file, await diagram());
  } catch (error) {
    process.stderr.write(`diagram: ${error instanceof ReviewError ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
