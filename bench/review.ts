// Time and memory of the review next to Terraform's own, and the lines that a reviewer reads. Run: npx tsx bench/review.ts
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { readPlan } from '../src/review/plan';
import { renderMarkdown } from '../src/review/render-markdown';
import { renderTerminal } from '../src/review/render-terminal';
import { reportOf } from '../src/review/report';
import { loadNow, machine, measure, median, type Measured } from './measured';
import { NOT_COUNTABLE, PEERS } from './peer-reports';

const root = join(import.meta.dirname, '..');
const SIZES = [70, 700, 7_000];
const RUNS = 3;
const FIXTURES = join(root, '__tests__/review/fixtures');

const BLOCKS = 70;

/** A plan of Terraform itself with so many resources that change in place, each of ten attributes. */
function planOf(folder: string, count: number): void {
  const write = (revision: number, each: number): void => {
    const input = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`attribute_${index}`, index === 0 ? revision : `value-${index}`]),
    );
    // Many blocks of some: Terraform takes a quarter of an hour and more to plan one block of thousands.
    const blocks = Array.from({ length: BLOCKS }, (_, index) => [`item_${index}`, { count: each, input }]);
    writeFileSync(
      join(folder, 'main.tf.json'),
      JSON.stringify({ resource: { terraform_data: Object.fromEntries(blocks) as Record<string, unknown> } }),
    );
  };
  const terraform = (...args: string[]) => execaSync('terraform', args, { cwd: folder });
  // Terraform writes its state after every resource: thousands are quicker copied than applied.
  write(1, 1);
  terraform('init', '-input=false');
  terraform('apply', '-auto-approve', '-input=false');
  const file = join(folder, 'terraform.tfstate');
  const state = JSON.parse(readFileSync(file, 'utf8')) as { resources: { instances: { index_key: number }[] }[] };
  const each = count / BLOCKS;
  for (const resource of state.resources) {
    const [first] = resource.instances;
    if (first !== undefined)
      resource.instances = Array.from({ length: each }, (_, index) => ({ ...first, index_key: index }));
  }
  writeFileSync(file, JSON.stringify(state));
  write(2, each);
  terraform('plan', '-input=false', '-refresh=false', '-out=plan');
  writeFileSync(join(folder, 'plan.json'), execaSync('terraform', ['show', '-json', 'plan'], { cwd: folder }).stdout);
}

/** Both read the same plan: Terraform's own file, and its JSON. */
function contenders(folder: string): Readonly<Record<string, () => Measured>> {
  const review = (format: string) => () =>
    // 2 is its answer "safe changes".
    measure(
      [
        'sh',
        '-c',
        `node_modules/.bin/tsx src/review/cli.ts --checkov off --plan "$0" --format ${format}; [ $? -eq 2 ]`,
        join(folder, 'plan.json'),
      ],
      { cwd: root },
    );
  return {
    'terraform show -json': () => measure(['terraform', 'show', '-json', 'plan'], { cwd: folder }),
    'review, terminal': review('terminal'),
    'review, markdown': review('markdown'),
    'review, html': review('html'),
  };
}

const started = machine();
const rows = ['| changes | plan JSON | | wall | CPU | largest process |', '|---|---|---|---|---|---|'];
const scratch = mkdtempSync(join(tmpdir(), 'bench-review-'));
try {
  for (const count of SIZES) {
    const folder = join(scratch, String(count));
    mkdirSync(folder);
    planOf(folder, count);
    const runs = new Map<string, Measured[]>();
    // In turn, so that a busy minute hits all of them.
    for (let round = 0; round < RUNS; round += 1)
      for (const [name, run] of Object.entries(contenders(folder))) runs.set(name, [...(runs.get(name) ?? []), run()]);
    const size = `${(statSync(join(folder, 'plan.json')).size / 2 ** 20).toFixed(1)} MiB`;
    for (const [name, all] of runs) {
      const middle = (field: keyof Measured): number => median(all.map((one) => one[field]));
      rows.push(
        `| ${count} | ${size} | ${name} | ${middle('seconds').toFixed(2)} s | ${middle('cpuSeconds').toFixed(2)} s | ${middle('largestMiB').toFixed(0)} MiB |`,
      );
      process.stderr.write(`${rows.at(-1) ?? ''}\n`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const counted = JSON.parse(readFileSync(join(FIXTURES, 'terraform-lines.json'), 'utf8')) as Record<string, number>;
const filled = (text: string): number => text.split('\n').filter((line) => line.trim() !== '').length;
const read = [
  `| plan | terraform plan | ours, terminal | ours, Markdown | ${PEERS.map(({ tool }) => tool).join(' | ')} |`,
  `|---|---|---|---|${PEERS.map(() => '---|').join('')}`,
  ...Object.entries(counted).map(([name, lines]) => {
    const plan = readPlan(readFileSync(join(FIXTURES, 'own', `${name}.json`), 'utf8'), name);
    const report = reportOf([plan]);
    const markdown = renderMarkdown(report).replace(/<details>[\s\S]*?<\/details>/g, 'folded');
    return `| ${name} | ${lines} | ${filled(renderTerminal(report))} | ${filled(markdown)} | ${PEERS.map((peer) => peer.lines(plan)).join(' | ')} |`;
  }),
];

process.stdout.write(
  [
    `${started}, ${loadNow()} at the end; median of ${RUNS} runs in turn`,
    rows.join('\n'),
    read.join('\n'),
    PEERS.map(({ tool, shownIn }) => `* ${tool}: ${shownIn}`).join('\n'),
    NOT_COUNTABLE.map(([tool, why]) => `* ${tool} ${why}`).join('\n'),
  ].join('\n\n') + '\n',
);
