/**
 * `WORKSPACE=bench npx tsx bench/deploy.ts`: bootstrap, first deployment, a deployment that changes nothing, release and
 * rollback through `npm run deploy`, and the workspace's end, on the emulator of this machine: seconds, prompts, and the
 * requests that were answered and failed meanwhile. It needs the images built (`npm run up` once), and removes its
 * workspace at the end.
 */
import { pounding } from '../__tests__/e2e/pounding';
import { Platform } from '../__tests__/e2e/platform';
import { awsClients } from '../src/local/aws-clients';
import { buildEmulator, runningEmulator, startEmulator } from '../src/local/emulator-container';
import { imagesOf, pushImage } from '../src/local/images';
import { run } from '../src/local/run';
import { loadNow, machine } from './measured';

const { WORKSPACE: workspace } = process.env;
if (workspace === undefined || workspace === 'default') {
  throw new Error(
    `WORKSPACE must name a workspace of the benchmark's own, got ${workspace === undefined ? 'nothing' : JSON.stringify(workspace)}`,
  );
}
const platform = new Platform(workspace);
const { settings } = platform;

/** The questions that the commands ask, as their libraries draw them; nobody answers here, so a prompt would fail the step. */
const PROMPT = /^\? /m;

console.log(machine());
const others = (await runningEmulator(run)) !== undefined;
if (!others) {
  await buildEmulator(settings, () => undefined);
  await startEmulator(run, settings);
}
console.log(`\n| what | command | prompts | took | meanwhile | load average |\n|---|---|---|---|---|---|`);
try {
  await step('bootstrap', ['bootstrap']);
  await step('bootstrap again', ['bootstrap']);
  await step('first deploy, foundation', ['deploy', 'foundation']);
  const { ecr } = awsClients(settings);
  for (const image of imagesOf(settings)) await pushImage(run, ecr, settings, image, new AbortController().signal);
  await step('first deploy, everything', ['deploy'], { version: 'one' });
  await serves('one');
  await step('deploy again, nothing changed', ['deploy'], { version: 'one' });
  const released = await step('release', ['deploy'], { version: 'two', pounded: true });
  await serves('two');
  const version = rollbackVersion(released);
  await step('rollback, as the release said', ['deploy'], { version, pounded: true });
  await serves('one');
} finally {
  await step('the workspace’s end', ['workspaces', 'destroy', workspace, '--approve', workspace]);
  if (!others) await platform.npm('down', ['--yes']);
}

/** Runs a command of ours, prints its row, and returns what it said. */
async function step(
  what: string,
  [command = '', ...args]: readonly string[],
  { version, pounded = false }: { version?: string; pounded?: boolean } = {},
): Promise<string> {
  const load = pounded ? pounding(platform, '/api/notes') : undefined;
  const before = loadNow();
  const began = performance.now();
  const { exitCode, output } = await platform.npm(command, args, {
    ENVIRONMENT: 'local',
    ...(version !== undefined && { VERSION: version }),
  });
  const took = ((performance.now() - began) / 1000).toFixed(0);
  const requests = await load?.stop();
  if (exitCode !== 0) throw new Error(`${what} ended with exit code ${exitCode ?? '?'}:\n${output}`);
  const counts = requests === undefined ? '' : `${requests.sent} requests, ${requests.failed.length} failed`;
  const name = ['npm run', command, ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  console.log(
    `| ${what} | \`${name}\` | ${PROMPT.test(output) ? 'some' : 0} | ${took} s | ${counts} | ${before} to ${loadNow()} |`,
  );
  return output;
}

/** The version to which a release says that one goes back. */
function rollbackVersion(output: string): string {
  const [, commit, version] = /git checkout (\S+) && .*VERSION=(\S+) npm run deploy/.exec(output) ?? [];
  if (commit === undefined || version === undefined) throw new Error(`the release says no way back:\n${output}`);
  return version;
}

/** @throws Error when the API is not of `version` */
async function serves(version: string): Promise<void> {
  const { body } = await platform.ask('GET', '/api/version');
  if (!body.includes(version)) throw new Error(`/api/version must say ${version}, it says ${body}`);
}
