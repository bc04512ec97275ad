import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { Listr } from 'listr2';
import { PROJECT } from '../identity';
import { listrOptions, type StepTask } from '../local/progress';
import type { DeployEdges } from './deploy';
import { preflight, preflightState } from './preflight';
import { calledWith, type DeploySettings } from './settings';
import { checkLocks, keysUnder, readText } from './state-bucket';
import { progressLine } from './terraform-lines';

/** A copy of an environment, as its states tell. */
export interface DeployedWorkspace {
  readonly name: string;
  readonly stacks: readonly string[];

  /** Resources in all its states. */
  readonly resources: number;

  /** When one of its states was last written. */
  readonly changed: Date | undefined;
  readonly locked: boolean;
}

/** The workspaces of `environment` that have a state in `bucket`, the one that was left alone longest first. */
export async function listWorkspaces(s3: S3Client, bucket: string, environment: string): Promise<DeployedWorkspace[]> {
  const found = new Map<string, { stacks: string[]; resources: number; changed: Date | undefined; locked: boolean }>();
  for (const { key, modified } of await keysUnder(s3, bucket, `${PROJECT}/`)) {
    const [, name, where, stack, kind] =
      /^[^/]+\/([^/]+)\/([^/]+)\/([^/.]+)\.(tfstate|tfstate\.tflock)$/.exec(key) ?? [];
    if (name === undefined || stack === undefined || where !== environment) continue;
    const workspace = found.get(name) ?? { stacks: [], resources: 0, changed: undefined, locked: false };
    found.set(name, workspace);
    if (kind === 'tfstate') {
      workspace.stacks.push(stack);
      workspace.resources += resourcesIn(await readText(s3, bucket, key));
      if (modified && (!workspace.changed || modified > workspace.changed)) workspace.changed = modified;
    } else {
      workspace.locked = true;
    }
  }
  return [...found]
    .map(([name, rest]) => ({ name, ...rest }))
    .sort((a, b) => (a.changed?.getTime() ?? 0) - (b.changed?.getTime() ?? 0));
}

/** Data sources do not count: nothing of them is left behind. */
function resourcesIn(state: string | undefined): number {
  const { resources = [] } = JSON.parse(state ?? '{}') as { resources?: { mode: string; instances: unknown[] }[] };
  return resources.reduce((sum, { mode, instances }) => sum + (mode === 'managed' ? instances.length : 0), 0);
}

/** The list for people, a line a workspace. */
export function workspacesText(workspaces: readonly DeployedWorkspace[], environment: string, now: Date): string {
  if (workspaces.length === 0) return `${environment} has no workspace: nothing is deployed.`;
  const rows = workspaces.map(({ name, stacks, resources, changed, locked }) => [
    name,
    `${resources} resources`,
    changed ? `changed ${Math.floor((now.getTime() - changed.getTime()) / 86_400_000)} days ago` : 'never changed',
    `${[...stacks].sort().join(', ')}${locked ? ' (locked)' : ''}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

/**
 * Destroys one workspace and forgets its states, after a person typed its name.
 *
 * The image stack is only forgotten: what it built goes with the registry, and its provider needs a Docker engine.
 *
 * @returns false when a person stopped it
 * @throws Error with what to do, when the workspace is not there, is the environment itself, or is locked
 */
export async function destroyWorkspace(
  settings: DeploySettings,
  { approved }: { readonly approved?: string | undefined },
  edges: DeployEdges,
): Promise<boolean> {
  const { config, workspace, identity } = settings;
  const { state, name: environment } = config;
  if (state.kind !== 's3') {
    throw new Error(`environments.${environment}.state.kind must be s3 for this command, got ${state.kind}`);
  }
  if (workspace === 'default') {
    throw new Error(
      `workspace default is ${environment} itself, which this command does not destroy; name a copy: npm run workspaces -- destroy <name>`,
    );
  }
  if (approved !== undefined && approved !== workspace) {
    throw new Error(`--approve must name the workspace, ${workspace}, got ${JSON.stringify(approved)}`);
  }
  if (approved === undefined && !edges.person.present) {
    throw new Error(`destroying asks first and there is no terminal: run it in one, or with --approve ${workspace}`);
  }
  requireUnprotected(settings);
  const { s3 } = edges.clients;
  await preflight(settings, edges.run, edges.clients);
  await preflightState(settings, edges.clients);
  const all = await listWorkspaces(s3, state.bucket, environment);
  const found = all.find(({ name }) => name === workspace);
  if (!found) {
    const names = all.map(({ name }) => name).join(', ') || 'none';
    throw new Error(`${environment} has no workspace ${JSON.stringify(workspace)}: there are ${names}`);
  }
  await checkLocks(s3, state.bucket, identity.statePrefix);
  edges.print(workspacesText([found], environment, new Date()));
  if (approved === undefined) {
    const typed = await edges.person.type(`Type ${workspace} to destroy it with all its data, anything else to stop:`);
    if (typed.trim() !== workspace) {
      edges.print('Stopped: nothing was changed.');
      return false;
    }
  }
  await new Listr(
    [
      {
        title: `Destroy ${found.resources} resources (${calledWith(settings)})`,
        task: async (_, task: StepTask) => {
          const synthesized = await edges.stacks.synthesize();
          const stacks = synthesized.filter(({ id }) =>
            found.stacks.some((stack) => stack !== 'images' && id === identity.stackId(stack)),
          );
          await edges.stacks.destroy(stacks, (line) => {
            const short = progressLine(line);
            if (short !== undefined) task.output = short;
          });
        },
      },
      { title: 'Forget its states', task: async () => forgetStates(s3, state.bucket, identity.statePrefix) },
    ],
    listrOptions,
  ).run();
  return true;
}

/** Otherwise Terraform would refuse half way, with the application gone. */
function requireUnprotected(settings: DeploySettings): void {
  const { config } = settings;
  const fields = (['database', 'edge'] as const).filter((field) => config[field].deletionProtection);
  if (fields.length === 0) return;
  const names = fields.map((field) => `environments.${config.name}.${field}.deletionProtection`).join(' and ');
  throw new Error(
    `${names} must be false to destroy a workspace, got true: change the row, deploy it there (${calledWith(settings)} npm run deploy), and try again`,
  );
}

/** Deletes the current versions; the older ones stay for as long as the bucket keeps them, should it have been a mistake. */
async function forgetStates(s3: S3Client, bucket: string, prefix: string): Promise<void> {
  const keys = (await keysUnder(s3, bucket, prefix)).map(({ key }) => ({ Key: key }));
  if (keys.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys } }));
}
