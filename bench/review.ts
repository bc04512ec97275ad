// Time and memory of the review next to Terraform's own, and the lines that a reviewer reads. Run: npx tsx bench/review.ts
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { readPlan } from '../src/review/plan';
import { renderMarkdown } from '../src/review/render-markdown';
import { renderTerminal } from '../src/review/render-terminal';
import { reportOf } from '../src/review/report';

const root = join(import.meta.dirname, '..');
const SIZES = [70, 700, 7_000];
const RUNS = 3;

interface Measured {
  readonly seconds: number;
  readonly mebibytes: number;
}

/** Wall time and peak memory of a command: the median of a few runs, by the shell's own `time`-like wrapper in Python. */
function measure(command: readonly string[], cwd: string, output: string): Measured {
  const program = `
import os, resource, subprocess, sys, time
start = time.monotonic()
with open(sys.argv[1], 'wb') as out:
    subprocess.call(sys.argv[2:], stdout=out, stderr=subprocess.DEVNULL)
print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
`;
  const runs = Array.from({ length: RUNS }, () => {
    const { stdout } = execaSync('python3', ['-c', program, output, ...command], { cwd });
    const [seconds = NaN, mebibytes = NaN] = stdout.split(' ').map(Number);
    return { seconds, mebibytes };
  });
  const median = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    mebibytes: median(runs.map(({ mebibytes }) => mebibytes)),
  };
}

/** A plan of Terraform itself with so many resources that change in place, each of ten attributes. */
function planOf(folder: string, count: number): void {
  const write = (revision: number, many: number): void => {
    const input = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`attribute_${index}`, index === 0 ? revision : `value-${index}`]),
    );
    writeFileSync(
      join(folder, 'main.tf.json'),
      JSON.stringify({ resource: { terraform_data: { item: { count: many, input } } } }),
    );
  };
  const terraform = (...args: string[]) => execaSync('terraform', args, { cwd: folder });
  // Terraform writes its state after every resource: thousands are quicker copied than applied.
  write(1, 1);
  terraform('init', '-input=false');
  terraform('apply', '-auto-approve', '-input=false');
  const file = join(folder, 'terraform.tfstate');
  const state = JSON.parse(readFileSync(file, 'utf8')) as { resources: { instances: { index_key: number }[] }[] };
  for (const resource of state.resources) {
    const [first] = resource.instances;
    if (first !== undefined)
      resource.instances = Array.from({ length: count }, (_, index) => ({ ...first, index_key: index }));
  }
  writeFileSync(file, JSON.stringify(state));
  write(2, count);
  terraform('plan', '-input=false', '-out=plan');
}

const lines: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), 'bench-review-'));
try {
  lines.push(
    '| changes | plan JSON | `terraform show -json` | `npm run review`, terminal | html |',
    '| --- | --- | --- | --- | --- |',
  );
  for (const count of SIZES) {
    const folder = join(scratch, String(count));
    mkdirSync(folder);
    planOf(folder, count);
    const json = join(folder, 'plan.json');
    const show = measure(['terraform', 'show', '-json', 'plan'], folder, json);
    const review = (format: string): Measured =>
      measure(
        [
          join(root, 'node_modules/.bin/tsx'),
          'src/review/cli.ts',
          '--checkov',
          'off',
          '--plan',
          json,
          '--format',
          format,
        ],
        root,
        join(folder, 'report'),
      );
    const cell = ({ seconds, mebibytes }: Measured): string => `${seconds.toFixed(2)} s, ${mebibytes.toFixed(0)} MiB`;
    lines.push(
      `| ${count} | ${(statSync(json).size / 2 ** 20).toFixed(1)} MiB | ${cell(show)} | ${cell(review('terminal'))} | ${cell(review('html'))} |`,
    );
    process.stderr.write(`${lines.at(-1) ?? ''}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const read: string[] = ['| plan | terminal | Markdown, unfolded |', '| --- | --- | --- |'];
for (const name of ['image-change', 'database-replaced', 'subnet-renamed', 'rule-opened', 'role-widened']) {
  const report = reportOf([
    readPlan(readFileSync(join(root, `__tests__/review/fixtures/own/${name}.json`), 'utf8'), name),
  ]);
  const count = (text: string): number => text.split('\n').filter((line) => line.trim() !== '').length;
  const markdown = renderMarkdown(report).replace(/<details>[\s\S]*?<\/details>/g, 'folded');
  read.push(`| ${name} | ${count(renderTerminal(report))} lines | ${count(markdown)} lines |`);
}

const { model = 'unknown' } = cpus()[0] ?? {};
const machine = `${cpus().length} × ${model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
process.stdout.write(
  `${machine}; median of ${RUNS} runs, peak memory of the process tree's largest member\n\n${lines.join('\n')}\n\n${read.join('\n')}\n`,
);
