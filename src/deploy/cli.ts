import { confirm, input } from '@inquirer/prompts';
import { Command } from 'commander';
import { checkWorkspace } from '../config/inputs';
import { run } from '../local/run';
import type { Person } from './approval';
import { deployClients } from './clients';
import { deploy, releasesOf, type DeployEdges } from './deploy';
import { preflight, preflightState } from './preflight';
import { deploySettings, type DeploySettings } from './settings';
import { DeployStacks, deployVariables } from './stacks';
import { listWorkspaces, destroyWorkspace, workspacesText } from './workspaces';

// The SDK announces its own schedule for Node versions at every start; package.json says ours.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const person: Person = {
  present: process.stdin.isTTY && process.stdout.isTTY,
  confirm: async (message) => confirm({ message, default: false }),
  type: async (message) => input({ message }),
};

/** Hands the variables to this process, whose programs inherit them: secrets never become arguments. */
async function edgesOf(settings: DeploySettings): Promise<DeployEdges> {
  Object.assign(process.env, await deployVariables(settings));
  return {
    run,
    person,
    print,
    clients: deployClients(settings),
    stacks: new DeployStacks(settings),
    terminal: {
      columns: process.stdout.isTTY ? process.stdout.columns : 100,
      color: process.stdout.isTTY && process.env.NO_COLOR === undefined,
    },
  };
}

const program = new Command('npm run').description(
  'ENVIRONMENT chooses where, WORKSPACE the copy (default: default), VERSION what Datadog shows (default: dev)',
);

program
  .command('deploy')
  .description('check, plan, ask and apply')
  .argument('[stacks...]', 'only these, such as foundation')
  .option('--approve <environment>', 'the yes, given beforehand')
  .action(async (only: string[], { approve: approved }: { approve?: string }) => {
    const settings = deploySettings(process.cwd(), process.env);
    if (!(await deploy(settings, { only, approved }, await edgesOf(settings)))) process.exitCode = 2;
  });

program
  .command('bootstrap')
  .description('make the state bucket and the pipeline’s roles, once an account; safe to run again')
  .option('--approve <environment>', 'the yes, given beforehand')
  .action(async ({ approve: approved }: { approve?: string }) => {
    // It defines constructs itself, which takes a second that the other commands need not spend.
    const { bootstrap } = await import('./bootstrap');
    const { bootstrapVariables } = await import('./stacks');
    const settings = deploySettings(process.cwd(), process.env);
    const edges = { run, person, print, clients: deployClients(settings), env: await bootstrapVariables(settings) };
    const done = await bootstrap(settings, { approved }, edges);
    const texts = {
      made: `Made: every stack of ${settings.config.name} keeps its state there from now on.`,
      changed: 'Brought up to date.',
      unchanged: 'Nothing to change.',
      stopped: '',
    };
    if (texts[done] !== '') print(texts[done]);
    if (done === 'stopped') process.exitCode = 2;
  });

program
  .command('release')
  .description('print which version and commit is deployed, as lines of name=value')
  .action(async () => {
    const settings = deploySettings(process.cwd(), process.env);
    const clients = deployClients(settings);
    await preflight(settings, run, clients);
    await preflightState(settings, clients);
    const release = await releasesOf(settings, clients)?.last();
    if (!release) {
      throw new Error(`${settings.config.name} has no note of a release: it is written by the first npm run deploy`);
    }
    print(`version=${release.version}\ncommit=${release.commit}`);
  });

const workspaces = program.command('workspaces').description('the copies of an environment that are deployed');
workspaces
  .command('list', { isDefault: true })
  .description('show them, the one that was left alone longest first')
  .action(async () => {
    const settings = deploySettings(process.cwd(), process.env);
    const { state, name } = settings.config;
    if (state.kind !== 's3') {
      throw new Error(`environments.${name}.state.kind must be s3 for this command, got ${state.kind}`);
    }
    const clients = deployClients(settings);
    await preflight(settings, run, clients);
    await preflightState(settings, clients);
    print(workspacesText(await listWorkspaces(clients.s3, state.bucket, name), name, new Date()));
  });
workspaces
  .command('destroy')
  .description('destroy one, after asking')
  .argument('<workspace>', 'its name')
  .option('--approve <workspace>', 'the yes, given beforehand')
  .action(async (name: string, { approve: approved }: { approve?: string }) => {
    const settings = deploySettings(process.cwd(), { ...process.env, WORKSPACE: checkWorkspace(name) });
    if (!(await destroyWorkspace(settings, { approved }, await edgesOf(settings)))) process.exitCode = 2;
  });

try {
  await program.parseAsync();
} catch (error) {
  // Steps that failed were shown as such; here comes the cause, once.
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
