import { Listr } from 'listr2';
import { reports } from '../config/datadog';
import { agentImage } from '../datadog/agent';
import { hostApt } from './apt';
import { awsClients } from './aws-clients';
import { ensureBaseImages } from './base-images';
import { ensureDockerEngine } from './docker-engine';
import { CONTAINER, removeEmulator, runningEmulator } from './emulator-container';
import { ensureEmulator } from './ensure-emulator';
import { buildImage, buildTestAgent, imagesOf, pullAgent, pushImage } from './images';
import { StepError } from './logged';
import { pageStatus, waitForPage } from './page';
import { refuseRollback } from './rollback';
import { requirePrerequisites } from './prerequisites';
import { buildReporter, listrOptions, reporter, type StepTask } from './progress';
import { run, start } from './run';
import { PORT_VARIABLES, type LocalSettings } from './settings';
import { Stacks, type LocalStack } from './stacks';
import { ensureStateBucket, removeStaleLocks } from './state-bucket';
import { localTerraform } from './terraform';
import { isInTheWay, shortTerraformLine } from './terraform-lines';
import { UP, withMachineLock } from './machine-lock';
import { hasState, otherWorkspaces } from './workspaces';

const IN_THE_WAY =
  'A run that was cut off made it, and no state knows it: npm run down, then npm run up, puts that right, and takes the notes away.';

const STOPPED = `The emulator stopped meanwhile, and what it knew is gone: npm run up starts everything anew.\nMore: docker logs ${CONTAINER}`;

/** What the steps of `up` hand on. */
interface Progress {
  incarnation: string;
  /** What was really done; empty when everything was as it should be. */
  readonly changes: string[];
}

/**
 * Brings the platform of one workspace up on this machine, from whatever state it is in.
 *
 * @returns what it changed, in order; nothing when the platform was up already
 * @throws Error with the cause and where to read more
 */
export async function up(settings: LocalSettings): Promise<readonly string[]> {
  const { env: terraformEnv } = await localTerraform(settings);
  const stacks = new Stacks({ settings, terraformEnv });
  const clients = awsClients(settings);
  const images = imagesOf(settings);
  const others = () => otherWorkspaces(clients.s3, bucketOf(settings), settings.workspace);

  return withMachineLock(`${UP}${settings.workspace}`, async () => {
    try {
      return await attempt();
    } catch (error) {
      if (!isInTheWay(messageOf(error))) throw error;
      if (!(await mayStartAnew())) throw new StepError(`${messageOf(error)}\n${IN_THE_WAY}`);
      process.stdout.write(
        `\n${messageOf(error)}\nWhat an interrupted run left is in the way: everything starts anew.\n\n`,
      );
      await removeEmulator(run);
      return attempt();
    }
  });

  async function attempt(): Promise<readonly string[]> {
    const foundation = deployment('foundation', 'Foundation: network, database, registry, keys');
    const noRepositories = new AbortController();
    const progress: Progress = { incarnation: '', changes: [] };
    const steps = new Listr<Progress>(
      [
        { title: 'Check this machine', task: async (_, task) => checkMachine(settings, terraformEnv, task) },
        {
          title: 'Prepare',
          task: (_, task) =>
            task.newListr(
              [
                { title: 'Synthesize the stacks', task: async () => stacks.synthesize() },
                {
                  title: 'Start the emulator',
                  task: async (context, child) => {
                    const emulator = await ensureEmulator({ settings, stacks, others }, child);
                    context.incarnation = emulator.incarnation;
                    if (emulator.started) context.changes.push('started the emulator');
                  },
                },
              ],
              { concurrent: true },
            ),
        },
        {
          title: 'Apply the foundation; build and push the images',
          task: (_, task) =>
            task.newListr(
              [
                {
                  ...foundation,
                  task: async (context: Progress, child: StepTask) => {
                    try {
                      await foundation.task(context, child);
                    } catch (error) {
                      noRepositories.abort(error);
                      throw error;
                    }
                  },
                },
                ...images.map((image) => ({
                  title: `Image ${image.name}`,
                  task: async (context: Progress, child: StepTask) => {
                    const built = await buildImage(run, settings, image, buildReporter(child));
                    const pushed = await pushImage(run, clients.ecr, settings, image, noRepositories.signal);
                    if (built) context.changes.push(`built image ${image.name}`);
                    if (pushed) context.changes.push(`pushed ${image.name}`);
                    if (!built && !pushed) child.skip(`Image ${image.name}: unchanged`);
                  },
                })),
                {
                  title: 'Test agent',
                  enabled: () => settings.config.datadog.kind === 'test-agent',
                  task: async (context: Progress, child: StepTask) => {
                    if (await buildTestAgent(run, settings, buildReporter(child)))
                      context.changes.push('built the test agent');
                    else child.skip('Test agent: built');
                  },
                },
              ],
              { concurrent: true },
            ),
        },
        deployment('application', 'Application: balancers, services, scaling'),
        { title: 'Wait for the page', task: async () => waitForPage(settings, 60) },
      ],
      listrOptions,
    );
    try {
      return (await steps.run(progress)).changes;
    } catch (error) {
      const { incarnation } = progress;
      if (incarnation === '' || (await runningEmulator(run))?.incarnation === incarnation) throw error;
      throw new StepError(`${messageOf(error)}\n${STOPPED}`);
    }
  }

  /** Whether nothing of anybody's is lost with the emulator: no note was written before there was an application. */
  async function mayStartAnew(): Promise<boolean> {
    return (
      (await others()).length === 0 &&
      !(await hasState(clients.s3, bucketOf(settings), settings.identity.stateKey('application')))
    );
  }

  function deployment(
    stack: LocalStack,
    title: string,
  ): { title: string; task: (c: Progress, t: StepTask) => Promise<void> } {
    return {
      title,
      task: async (context, task) => {
        if (stacks.isApplied(stack, context.incarnation) && (stack === 'foundation' || (await isServed(settings)))) {
          task.skip(`${title}: unchanged`);
          return;
        }
        await ensureStateBucket(clients.s3, bucketOf(settings));
        const left = await removeStaleLocks(clients.s3, bucketOf(settings), settings.identity.stateKey(stack), run);
        left.forEach((owner) => {
          task.output = `removed the lock of an interrupted run: ${owner}`;
        });
        await stacks.deploy(stack, (line) => {
          const short = shortTerraformLine(line);
          if (short !== undefined) task.output = short;
        });
        if (stack === 'application') await refuseRollback(clients.ecs, settings.identity.clusterName);
        stacks.remember(stack, context.incarnation);
        context.changes.push(`applied ${stack}`);
      },
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function checkMachine(
  settings: LocalSettings,
  terraformEnv: Readonly<Record<string, string>>,
  task: StepTask,
): Promise<void> {
  const report = reporter(task);
  const apt = await hostApt(run, report);
  const dockerHost = settings.environment.DOCKER_HOST;
  await requirePrerequisites({
    run,
    apt,
    dockerHost,
    terraformEnv,
    ourContainers: [CONTAINER],
    ports: [
      { port: settings.ports.api, variable: PORT_VARIABLES.api, purpose: 'the emulator' },
      { port: settings.ports.http, variable: PORT_VARIABLES.http, purpose: 'the page' },
    ],
  });
  await ensureDockerEngine({ run, start, report, apt, dockerHost, stateFolder: settings.stateFolder });
  const images = await ensureBaseImages({ run, report, apt });
  if (reports(settings.config.datadog)) {
    await pullAgent(run, report);
    task.title += ` (${agentImage} beside the tasks)`;
  }
  const standIns = images.filter(({ standIn }) => standIn !== undefined).map(({ name }) => name);
  if (standIns.length > 0) task.title += ` (stand-ins for ${standIns.join(', ')}, made from Debian's packages)`;
}

async function isServed(settings: LocalSettings): Promise<boolean> {
  try {
    return (await pageStatus(settings)) === 200;
  } catch {
    return false;
  }
}

/** The bucket of the local state. */
export function bucketOf({ config }: LocalSettings): string {
  if (config.state.kind !== 's3')
    throw new StepError(`environments.local.state.kind must be s3, got ${config.state.kind}`);
  return config.state.bucket;
}
