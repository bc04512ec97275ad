/** What a stage cannot do without. */
export type Need = 'docker' | 'browser' | 'aws-provider';

/** One row of `npm test`. */
export interface Stage {
  readonly name: string;
  readonly title: string;
  readonly command: readonly [string, ...string[]];

  /** @default - it runs everywhere */
  readonly needs?: readonly Need[];

  /** Whether it is vitest, which counts its tests; any other stage counts as one. @default false */
  readonly vitest?: boolean;
}

const vitest = (project: string): Pick<Stage, 'name' | 'command' | 'vitest'> => ({
  name: project,
  command: ['vitest', 'run', '--project', project],
  vitest: true,
});

/** What needs no engine, the quick things first. */
const HERE: readonly Stage[] = [
  { name: 'types', title: 'Types', command: ['tsc', '--noEmit'] },
  { name: 'lint', title: 'Lint', command: ['eslint', '.'] },
  { name: 'format', title: 'Format', command: ['prettier', '--check', '.'] },
  { ...vitest('unit'), title: 'Unit and synthesis' },
  {
    ...vitest('programs'),
    title: 'Commands as programs: synthesis, the review, its pages in a browser, workflows',
    needs: ['browser'],
  },
  {
    ...vitest('terraform'),
    title: 'Terraform: validate, plan and apply with mock providers, policy',
    needs: ['aws-provider'],
  },
];

/** What mostly waits for the provider. */
const PLATFORM: readonly Stage[] = [
  {
    ...vitest('e2e'),
    title: 'End to end: up, pages, API, second plan, secrets, release, rotation, restore, two workspaces, down',
    needs: ['docker', 'browser', 'aws-provider'],
  },
];

/** What goes well beside it. */
const BESIDE: readonly Stage[] = [
  {
    name: 'emulator',
    title: 'Emulator: every gap, on plain MiniStack and with the plug-in',
    command: ['bash', 'src/local/emulator/test.sh'],
    needs: ['docker'],
  },
  {
    name: 'apps',
    title: 'Applications: ruff and pytest inside the images',
    command: ['bash', 'images/test.sh'],
    needs: ['docker'],
  },
  { ...vitest('drills'), title: 'Drills: state, locks, deploy command', needs: ['docker', 'aws-provider'] },
];

/** What counts seconds, and wants the processors for itself. */
const ALONE: readonly Stage[] = [
  {
    ...vitest('images'),
    title: 'Images: browser, API, drain, crash, database drills',
    needs: ['docker', 'browser'],
  },
  {
    ...vitest('contract'),
    title: 'Telemetry contract: what the images emit against what Datadog is asked',
    needs: ['docker', 'browser'],
  },
];

/** Everything that `npm test` proves: phases one after another, their lanes side by side. */
export const PHASES: readonly (readonly (readonly Stage[])[])[] = [[HERE], [PLATFORM, BESIDE], [ALONE]];

export const STAGES: readonly Stage[] = PHASES.flat(2);
