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

const vitest = (project: string): Stage['command'] => ['vitest', 'run', '--project', project];

/** Everything that `npm test` proves, the quick things first. */
export const STAGES: readonly Stage[] = [
  { name: 'types', title: 'Types', command: ['tsc', '--noEmit'] },
  { name: 'lint', title: 'Lint', command: ['eslint', '.'] },
  { name: 'format', title: 'Format', command: ['prettier', '--check', '.'] },
  { name: 'unit', title: 'Unit and synthesis', command: vitest('unit'), vitest: true },
  {
    name: 'programs',
    title: 'Commands as programs: the review, its pages in a browser, workflows',
    command: vitest('programs'),
    needs: ['browser'],
    vitest: true,
  },
  {
    name: 'terraform',
    title: 'Terraform: validate, plan and apply with mock providers, policy',
    command: vitest('terraform'),
    needs: ['aws-provider'],
    vitest: true,
  },
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
  {
    name: 'images',
    title: 'Images: browser, API, drain, crash, database drills',
    command: vitest('images'),
    needs: ['docker', 'browser'],
    vitest: true,
  },
  {
    name: 'contract',
    title: 'Telemetry contract: what the images emit against what Datadog is asked',
    command: vitest('contract'),
    needs: ['docker', 'browser'],
    vitest: true,
  },
  {
    name: 'e2e',
    title: 'End to end: up, pages, API, second plan, secrets, down',
    command: vitest('e2e'),
    needs: ['docker', 'browser', 'aws-provider'],
    vitest: true,
  },
  {
    name: 'drills',
    title: 'Drills: state, locks, workspaces',
    command: vitest('drills'),
    needs: ['docker', 'aws-provider'],
    vitest: true,
  },
];
