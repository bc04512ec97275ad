import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { execa } from 'execa';
import { hasCheckov, introducedBy } from './checkov';
import { svgOf } from './drawing';
import { checkPlaces } from './environment';
import { ReviewError } from './error';
import type { Fact } from './fact';
import { plain } from './plain';
import { readPlan, SIZE_LIMIT_BYTES } from './plan';
import { renderHtml } from './render-html';
import { renderJson } from './render-json';
import { renderMarkdown } from './render-markdown';
import { renderTerminal } from './render-terminal';
import { reportOf, type Report } from './report';
import { NO_TEAM_RULES, parseAcceptance, readTeamRules, type Acceptance, type TeamRules } from './team-rules';
import { planStacks, readStacks, type Planned } from './stacks';
import { terraformVariables } from './terraform-variables';

/** A pipeline decides by these. */
export const EXIT = { nothing: 0, error: 1, safe: 2, person: 3 } as const;

interface Options {
  readonly plan?: string[];
  readonly format: 'terminal' | 'markdown' | 'html' | 'json';
  readonly out?: string;
  readonly accept: Acceptance[];
  readonly config?: string;
  readonly checkov: 'auto' | 'on' | 'off';
  readonly stacks: string;
  readonly synth: boolean;
  readonly all: boolean;
}

const TEAM_FILE = 'review.config.json';

const program = new Command('review')
  .description('Say what a Terraform plan destroys, who will feel it, what it opens and what it costs.')
  .option(
    '--plan <file...>',
    'plan JSON ("terraform show -json PLAN"), "-" for standard input; without it, the stacks of ENVIRONMENT are planned',
  )
  .addOption(
    new Option('--format <format>', 'how to write the report')
      .choices(['terminal', 'markdown', 'html', 'json'])
      .default('terminal'),
  )
  .option('--out <file>', 'write there instead of to standard output')
  .option(
    '--accept <address=reason>',
    'accept what is found at an address; may be given again',
    (value: string, former: Acceptance[]) => [...former, parseAcceptance(value)],
    [],
  )
  .option('--config <file>', `the team's rules (default: ${TEAM_FILE}, if there is one)`)
  .addOption(new Option('--checkov <when>', "merge checkov's findings").choices(['auto', 'on', 'off']).default('auto'))
  .option('--stacks <folder>', 'where the synthesized stacks are', 'cdktf.out')
  .option('--no-synth', 'plan the stacks as they were synthesized last')
  .option('--all', 'show folded parts too (terminal)', false)
  .addHelpText('after', '\nExit code: 0 nothing to do, 2 safe changes, 3 something needs a person, 1 error.')
  .showHelpAfterError(true)
  .exitOverride();

async function main(): Promise<number> {
  const options = program.parse().opts<Options>();
  const team = await teamRules(options.config);
  const { plans, notPlanned, dependencies } =
    options.plan === undefined ? await planEnvironment(options) : await readFiles(options.plan);
  checkPlaces(
    plans.map(({ plan }) => plan),
    place(),
  );
  const report = reportOf(
    plans.map(({ plan }) => plan),
    {
      team,
      accept: options.accept,
      notPlanned,
      dependencies,
      facts: await policyFacts(plans, options.checkov),
      today: new Date().toISOString().slice(0, 10),
    },
  );
  const text = await render(report, options);
  if (options.out === undefined) process.stdout.write(text);
  else await writeFile(options.out, text);
  return EXIT[report.verdict.level];
}

async function render(report: Report, { format, all, out }: Options): Promise<string> {
  switch (format) {
    case 'terminal': {
      const color = out === undefined && process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
      return renderTerminal(report, { color, all, columns: process.stdout.isTTY ? process.stdout.columns : 100 });
    }
    case 'markdown':
      return renderMarkdown(report);
    case 'json':
      return renderJson(report);
    case 'html':
      return renderHtml(
        report,
        await svgOf(report.picture, 'What changes'),
        `Plan review${process.env['ENVIRONMENT'] === undefined ? '' : ` of ${process.env['ENVIRONMENT']}`}`,
      );
  }
}

function place(): { environment?: string; workspace?: string } {
  const { ENVIRONMENT: environment, WORKSPACE: workspace } = process.env;
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(environment === undefined || workspace === undefined ? {} : { workspace }),
  };
}

async function teamRules(file: string | undefined): Promise<TeamRules> {
  const json = await readFile(file ?? TEAM_FILE, 'utf8').catch(() => undefined);
  if (json !== undefined) return readTeamRules(json, file ?? TEAM_FILE);
  if (file !== undefined) throw new ReviewError(`--config ${file}: cannot be read`);
  return NO_TEAM_RULES;
}

async function planEnvironment({ stacks, synth }: Options): Promise<Planned> {
  if (synth) {
    if (process.env['ENVIRONMENT'] === undefined)
      throw new ReviewError('ENVIRONMENT must name the environment to plan (or give --plan FILE)');
    const run = await execa('node', ['scripts/synth.mjs'], {
      reject: false,
      stdin: 'ignore',
      env: { CDKTF_OUTDIR: stacks },
    });
    if (run.failed) throw new ReviewError(`the stacks cannot be synthesized: ${run.stderr.trim().slice(0, 2_000)}`);
  }
  const synthesized = await readStacks(stacks);
  return planStacks(synthesized, {
    variables: await terraformVariables(synthesized, process.env),
    onStack: (name) => process.stderr.write(`planning ${name}\n`),
  });
}

async function readFiles(files: readonly string[]): Promise<Planned> {
  const plans: { plan: Planned['plans'][number]['plan']; json: string }[] = [];
  const names = files.map(stackName);
  for (const [index, file] of files.entries()) {
    const json = await readText(file);
    // Two files of one name keep their paths apart.
    const short = names[index] ?? file;
    const name = names.filter((other) => other === short).length > 1 ? file : short;
    plans.push({ plan: readPlan(json, name), json });
  }
  return { plans, notPlanned: [], dependencies: new Map() };
}

function stackName(file: string): string {
  return file === '-' ? 'plan' : basename(file).replace(/\.json$/, '');
}

async function readText(file: string): Promise<string> {
  if (file === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks).toString('utf8');
  }
  const info = await stat(file).catch(() => undefined);
  if (info?.isFile() !== true) throw new ReviewError(`--plan ${file}: no such file`);
  // Before reading: a huge file should cost nothing.
  if (info.size > SIZE_LIMIT_BYTES)
    throw new ReviewError(
      `${file}: a plan must be at most ${SIZE_LIMIT_BYTES / 2 ** 20} MiB, got ${Math.ceil(info.size / 2 ** 20)} MiB`,
    );
  return readFile(file, 'utf8');
}

async function policyFacts(plans: Planned['plans'], when: Options['checkov']): Promise<Fact[]> {
  if (when === 'off' || !(await hasCheckov())) {
    if (when === 'on') throw new ReviewError('--checkov on: checkov is not installed');
    return [];
  }
  const facts: Fact[] = [];
  for (const { plan, json } of plans) facts.push(...(await introducedBy(json, plan.stack)));
  return facts;
}

try {
  process.exitCode = await main();
} catch (error) {
  const help =
    error instanceof Error &&
    'code' in error &&
    (error.code === 'commander.helpDisplayed' || error.code === 'commander.version');
  process.exitCode = help ? 0 : EXIT.error;
  if (error instanceof ReviewError)
    process.stderr.write(`review: ${error.message.split('\n').map(plain).join('\n')}\n`);
  // Commander has said it already; anything else is a fault of ours, whose text could quote a plan.
  else if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('commander.'))) {
    process.stderr.write(
      `review: unexpected ${error instanceof Error ? error.name : 'error'}${process.env['DEBUG'] === undefined ? ' (DEBUG=1 shows where)' : `: ${error instanceof Error ? (error.stack ?? '') : ''}`}\n`,
    );
  }
}
