import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { Listr } from 'listr2';
import { z } from 'zod';
import { runLogged, StepError } from '../local/logged';
import { listrOptions, reporter, type StepTask } from '../local/progress';
import { prepareMachine, type Machine } from './machine';
import { STAGES, type Stage } from './stages';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = process.cwd();
const stateFolder = path.join(root, '.cloudpe');
const logFolder = path.join(stateFolder, 'logs', 'test');
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const notes: string[] = [];

const { only } = new Command('npm test --')
  .description('Everything that proves this project, on this machine')
  .option('--only <stages>', `a list out of ${STAGES.map(({ name }) => name).join(',')}`, (list) => list.split(','))
  .parse()
  .opts<{ only?: string[] }>();

const unknown = only?.find((name) => !STAGES.some((stage) => stage.name === name));
if (unknown !== undefined) {
  process.stderr.write(
    `--only must name stages out of ${STAGES.map(({ name }) => name).join(', ')}, got ${JSON.stringify(unknown)}\n`,
  );
  process.exit(1);
}

const stages = STAGES.filter(({ name }) => only === undefined || only.includes(name));
let machine: Machine = { env: {}, missing: {} };

await new Listr(
  [
    {
      title: 'Prepare this machine',
      task: async (_, task: StepTask) => {
        const needs = new Set(stages.flatMap((stage) => stage.needs ?? []));
        machine = await prepareMachine(stateFolder, process.env, needs, reporter(task));
      },
    },
    ...stages.map((stage) => ({
      title: stage.title,
      task: async (_: unknown, task: StepTask) => runStage(stage, task),
    })),
  ],
  { ...listrOptions, exitOnError: false },
).run();

for (const note of notes) process.stdout.write(`\n${note}\n`);
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function runStage(stage: Stage, task: StepTask): Promise<void> {
  const why = (stage.needs ?? []).flatMap((need) => machine.missing[need] ?? []).join('; ');
  if (why !== '') {
    counts.skipped += 1;
    notes.push(`SKIPPED ${stage.title}\n${why}`);
    // On a build machine a proof that did not run is a failure.
    if (process.env.CI !== undefined && stage.name === 'e2e') counts.failed += 1;
    task.skip(`${stage.title}: ${why}`);
    return;
  }
  const report = path.join(logFolder, `${stage.name}.json`);
  rmSync(report, { force: true });
  const [command, ...args] = stage.command;
  const reporters = stage.vitest ? ['--reporter=default', '--reporter=json', `--outputFile=${report}`] : [];
  try {
    await runLogged(command, [...args, ...reporters], {
      name: stage.name,
      logFolder,
      cwd: root,
      env: {
        ...machine.env,
        PATH: `${path.join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
        CI: process.env.CI,
      },
      onLine: reporter(task),
      cause: (lines) => lines.slice(-80).join('\n'),
    });
    count(stage, report, false);
  } catch (error) {
    count(stage, report, true);
    notes.push(`FAILED ${stage.title}\n${error instanceof Error ? error.message : String(error)}`);
    throw new StepError(stage.name);
  }
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

/** Adds what a stage counted; a stage that failed without a failed test counts as one failure. */
function count(stage: Stage, report: string, failed: boolean): void {
  if (!stage.vitest) {
    counts[failed ? 'failed' : 'passed'] += 1;
    return;
  }
  const { success, data } = vitestReport.safeParse(readJson(report));
  if (!success) {
    counts.failed += 1;
    return;
  }
  counts.passed += data.numPassedTests;
  counts.skipped += data.numPendingTests;
  counts.failed += Math.max(data.numFailedTests, failed ? 1 : 0);
  if (!failed && data.numPassedTests + data.numPendingTests === 0) counts.failed += 1;
  const skipped = data.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'skipped' || status === 'pending')
      .map(({ fullName }) => fullName),
  );
  if (skipped.length > 0) notes.push(`SKIPPED in ${stage.title}\n${skipped.join('\n')}`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
