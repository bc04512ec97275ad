import { rmSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { Listr, type ListrTask } from 'listr2';
import { runLogged, StepError } from '../local/logged';
import { listrOptions, reporter, type StepTask } from '../local/progress';
import { countOne, countVitest } from './counts';
import { prepareMachine, type Machine } from './machine';
import { PHASES, STAGES, type Stage } from './stages';

const root = process.cwd();
const stateFolder = path.join(root, '.cloudpe');
const logFolder = path.join(stateFolder, 'logs', 'test');
const counts = { passed: 0, failed: 0, skipped: 0 };
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

const isChosen = (stage: Stage): boolean => only === undefined || only.includes(stage.name);
let machine: Machine = { env: {}, missing: {} };

const laneOf = (lane: readonly Stage[]): ListrTask[] =>
  lane.filter(isChosen).map((stage) => ({
    title: stage.title,
    task: async (_: unknown, task: StepTask) => runStage(stage, task),
  }));

const phaseOf = (lanes: readonly (readonly Stage[])[]): ListrTask[] => {
  const [first = [], ...others] = lanes.map(laneOf).filter((lane) => lane.length > 0);
  if (others.length === 0) return first;
  return [
    {
      title: 'Side by side',
      task: (_: unknown, task: StepTask) =>
        task.newListr(
          [first, ...others].map((lane, index) => ({
            title: `Lane ${index + 1}`,
            task: (__: unknown, child: StepTask) => child.newListr(lane, { concurrent: false, exitOnError: false }),
          })),
          { concurrent: true, exitOnError: false },
        ),
    },
  ];
};

await new Listr(
  [
    {
      title: 'Prepare this machine',
      task: async (_: unknown, task: StepTask) => {
        const needs = new Set(STAGES.filter(isChosen).flatMap((stage) => stage.needs ?? []));
        machine = await prepareMachine(stateFolder, process.env, needs, reporter(task));
      },
    },
    ...PHASES.flatMap(phaseOf),
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
        // Nothing that a test starts reports to anybody.
        DD_API_KEY: '',
      },
      // A log keeps to the stages: what they said is in their own files, and the end of it here when they fail.
      ...(process.stdout.isTTY && { onLine: reporter(task) }),
      cause: (lines) => lines.slice(-80).join('\n'),
    });
    add(stage, report, false);
  } catch (error) {
    add(stage, report, true);
    notes.push(`FAILED ${stage.title}\n${error instanceof Error ? error.message : String(error)}`);
    throw new StepError(stage.name);
  }
}

function add(stage: Stage, report: string, failed: boolean): void {
  const {
    passed,
    failed: failures,
    skipped,
    skippedNames,
  } = stage.vitest ? countVitest(report, failed) : countOne(failed);
  counts.passed += passed;
  counts.failed += failures;
  counts.skipped += skipped;
  if (skippedNames.length > 0) notes.push(`SKIPPED in ${stage.title}\n${skippedNames.join('\n')}`);
}
