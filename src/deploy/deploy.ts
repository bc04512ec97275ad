import { Listr } from 'listr2';
import { listrOptions, type StepTask } from '../local/progress';
import type { Run } from '../local/run';
import { checkPlaces } from '../review/environment';
import { renderTerminal } from '../review/render-terminal';
import { reportOf, type Report } from '../review/report';
import type { Planned, SynthesizedStack } from '../review/stacks';
import { approve, checkApproval, type Person } from './approval';
import type { DeployClients } from './clients';
import { preflight, preflightState } from './preflight';
import { imagesOf, inRegistry, pullPresent, requirePushed, signedIn, type RegistryContent } from './registry';
import { checkout, Releases, rollbackText, type Release } from './release';
import { calledWith, type DeploySettings } from './settings';
import type { DeployStacks, Outputs } from './stacks';
import { checkLocks } from './state-bucket';
import { progressLine, type Counts } from './terraform-lines';

/** Everything outside of this process that a deployment touches. */
export interface DeployEdges {
  readonly run: Run;
  readonly clients: DeployClients;
  readonly stacks: Pick<DeployStacks, 'synthesize' | 'plan' | 'deploy' | 'destroy'>;
  readonly person: Person;
  readonly print: (text: string) => void;

  /** Columns and colour of the terminal. */
  readonly terminal: { readonly columns: number; readonly color: boolean };
}

export interface DeployOptions {
  /** Names such as `foundation`. @default - all */
  readonly only: readonly string[];

  /** @default - ask */
  readonly approved?: string | undefined;
}

/** What the checks find out. */
interface Checked {
  caller: string;
  stacks: readonly SynthesizedStack[];
  registry: RegistryContent | undefined;
  report: Report | undefined;
  readonly notes: string[];
}

/**
 * Deploys one workspace of one environment: checks, plans, asks, applies with cdktf, and says what came of it.
 *
 * @returns whether everything is as the checkout says; false when a person stopped it
 * @throws Error with the cause and what to do; before the question nothing has been changed
 */
export async function deploy(settings: DeploySettings, options: DeployOptions, edges: DeployEdges): Promise<boolean> {
  const { config } = settings;
  const { print, terminal } = edges;
  const approval = { config, person: edges.person, approved: options.approved };
  checkApproval(approval);
  const images = imagesOf(settings.root, config, settings.identity);

  const checked: Checked = { caller: '', stacks: [], registry: undefined, report: undefined, notes: [] };
  await new Listr<Checked>(
    [
      {
        title: 'Check programs, credentials, account and region',
        task: async (context, task) => {
          context.caller = await preflight(settings, edges.run, edges.clients);
          task.title = `Account ${config.account}, ${config.region}, as ${context.caller}`;
        },
      },
      {
        title: 'Check the state',
        task: async () => {
          await preflightState(settings, edges.clients);
          await requireUnlocked(settings, edges.clients);
        },
      },
      {
        title: 'Synthesize the stacks',
        task: async (context) => {
          context.stacks = select(await edges.stacks.synthesize(), settings, options.only);
        },
      },
      {
        title: 'Check the images',
        task: async (context, task) => checkImages(settings, edges, images, context, task),
      },
      {
        title: 'Plan',
        task: async (context, task) => {
          const planned = await edges.stacks.plan(context.stacks, (name) => {
            task.output = name;
          });
          context.report = reportFor(settings, planned);
        },
      },
    ],
    listrOptions,
  ).run(checked);

  const { report, stacks, registry, caller } = checked;
  if (!report) throw new Error('the plan did not end');
  checked.notes.forEach(print);
  print(`\n${renderTerminal(report, terminal)}`);
  const releases = releasesOf(settings, edges.clients);
  const before = await releases?.last();
  const complete = options.only.length === 0;
  const release = async (): Promise<Release> => ({
    version: settings.version,
    ...(await checkout(edges.run, settings.root)),
    images: Object.fromEntries(images.map(({ name, tag }) => [name, tag])),
    at: new Date().toISOString(),
    by: caller.split(/[/:]/).at(-1) ?? caller,
  });
  if (report.verdict.level === 'nothing') {
    // Deployed by other means, such as plain cdktf: the next release should know where it came from.
    if (complete && before === undefined) await releases?.note(await release());
    print(`Nothing to change: ${config.name} is as this checkout says.`);
    return true;
  }
  if (!(await approve(approval))) {
    print('Stopped: nothing was changed.');
    return false;
  }

  // Minutes may have passed since the first look.
  await requireUnlocked(settings, edges.clients);
  const started = Date.now();
  const apply = (): Promise<Applied> => applied(stacks, edges);
  const needsDocker = stacks.some(({ id }) => id === settings.identity.stackId('images'));
  const registryHost = `${config.account}.dkr.ecr.${config.region}.amazonaws.com`;
  const result = needsDocker
    ? await signedIn(edges.clients.ecr, edges.run, registryHost, async () => {
        if (registry) await pullPresent(edges.run, registryHost, registry);
        return apply();
      })
    : await apply();

  const now = await release();
  if (complete) await releases?.note(now);
  print(summary(settings, result, Math.round((Date.now() - started) / 1000)));
  print(`\n${rollbackText(before, now, calledWith(settings))}`);
  return true;
}

async function requireUnlocked({ config, identity }: DeploySettings, { s3 }: DeployClients): Promise<void> {
  if (config.state.kind === 's3') await checkLocks(s3, config.state.bucket, identity.statePrefix);
}

/** The notes of releases, where the state is in a bucket. */
export function releasesOf({ config, identity }: DeploySettings, { s3 }: DeployClients): Releases | undefined {
  return config.state.kind === 's3' ? new Releases(s3, config.state.bucket, identity.statePrefix) : undefined;
}

/** The stacks that were asked for, in the order in which they are deployed. */
function select(
  all: readonly SynthesizedStack[],
  { identity }: DeploySettings,
  only: readonly string[],
): readonly SynthesizedStack[] {
  const names = all.map(({ id }) => id.slice(identity.name().length + 1));
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`stacks must be some of ${names.join(', ')}, got ${JSON.stringify(unknown)}`);
  }
  return only.length === 0 ? all : all.filter(({ id }) => only.some((name) => id === identity.stackId(name)));
}

/**
 * Sees to it that what will run is in the registry, or will be.
 *
 * When all of it is there, the images stack is left out: on a machine whose Docker does not hold the images, Terraform
 * would plan to build them again, although nothing has changed.
 */
async function checkImages(
  settings: DeploySettings,
  { clients, run }: DeployEdges,
  images: ReturnType<typeof imagesOf>,
  context: Checked,
  task: StepTask,
): Promise<void> {
  const { identity, config } = settings;
  const has = (stack: string): boolean => context.stacks.some(({ id }) => id === identity.stackId(stack));
  if (!has('images') && !has('application')) {
    task.skip('Check the images: none of these stacks runs one');
    return;
  }
  const registry = await inRegistry(clients.ecr, images);
  context.registry = registry;
  if (!has('images')) {
    requirePushed(registry, calledWith(settings));
    return;
  }
  if (registry.missing.length === 0) {
    context.stacks = context.stacks.filter(({ id }) => id !== identity.stackId('images'));
    context.notes.push('Images: the registry has all of them, so the images stack is left out.');
    return;
  }
  const docker = await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 60_000 });
  if (docker.failed) {
    throw new Error(
      `the images ${registry.missing.map(({ name, tag }) => `${name}:${tag}`).join(', ')} must be built and no Docker engine answers: ` +
        `start it, or let a pipeline push them (environments.${config.name}.images)`,
    );
  }
  const there = registry.present.map(({ name }) => name);
  if (there.length > 0) {
    context.notes.push(
      `Images: ${there.join(', ')} is in the registry already. A plan that "creates" it means that this machine's Docker has not seen it; it is fetched before the apply, and not pushed again.`,
    );
  }
}

function reportFor({ config, workspace }: DeploySettings, planned: Planned): Report {
  const plans = planned.plans.map(({ plan }) => plan);
  checkPlaces(plans, { environment: config.name, workspace });
  return reportOf(plans, {
    notPlanned: planned.notPlanned,
    dependencies: planned.dependencies,
    today: new Date().toISOString().slice(0, 10),
  });
}

interface Applied {
  readonly counts: ReadonlyMap<string, Counts>;
  readonly outputs: Outputs;
}

async function applied(stacks: readonly SynthesizedStack[], edges: DeployEdges): Promise<Applied> {
  let result: Applied | undefined;
  await new Listr(
    [
      {
        title: 'Apply',
        task: async (_, task: StepTask) => {
          result = await edges.stacks.deploy(stacks, (line) => {
            const short = progressLine(line);
            if (short !== undefined) task.output = short;
          });
        },
      },
    ],
    listrOptions,
  ).run();
  if (!result) throw new Error('the apply did not end');
  return result;
}

function summary({ identity, config, version }: DeploySettings, { counts, outputs }: Applied, seconds: number): string {
  const cut = identity.name().length + 1;
  const changes = [...counts].map(
    ([id, { added, changed, destroyed }]) =>
      `  ${id.slice(cut)}: ${added} added, ${changed} changed, ${destroyed} destroyed`,
  );
  const addresses = Object.entries(outputs[identity.stackId('application')] ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' && !name.startsWith('cross-stack') ? [`  ${name}: ${value}`] : [],
  );
  return [
    `\n${config.name} runs version ${version} (${seconds} s).`,
    ...(changes.length > 0 ? ['Changed:', ...changes] : []),
    ...(addresses.length > 0 ? ['Addresses:', ...addresses] : []),
  ].join('\n');
}
