import type { Difference } from './difference';
import { configAddress, key, label, type Change, type References } from './model';
import { resourceType, tierOf, type Tier } from './resource-types';
import { field, isList, isMap, number, show, text, type Value } from './value';

/** What Terraform calls a replacement and people call a release: a new revision of the same thing. */
export interface Release {
  readonly stack: string;
  readonly address: string;
  readonly tier: Tier;
  readonly name: string;
  readonly services: readonly string[];
  readonly images: readonly { readonly container: string; readonly from: string; readonly to: string }[];
  /** All that changes besides images: variables, sizes, commands. */
  readonly differences: readonly Difference[];
  readonly rolls: string;
  readonly back: string;
}

export interface Releases {
  readonly releases: readonly Release[];
  /** Changes that a release tells of in full: nobody reads them twice. */
  readonly told: ReadonlySet<Change>;
}

export function releasesOf(changes: readonly Change[], references: References): Releases {
  const told = new Set<Change>();
  const releases = changes.filter(isRelease).map((change) => {
    told.add(change);
    const services = change.type === 'aws_ecs_task_definition' ? servicesOf(change, changes, references) : [];
    for (const service of services) {
      if (service.differences.every(({ path }) => path[0] === 'task_definition' || path[0] === 'triggers'))
        told.add(service);
    }
    return change.type === 'aws_ecs_task_definition' ? taskRelease(change, services) : imageRelease(change);
  });
  const launches = changes.filter((change) => isLaunch(change, told));
  for (const launch of launches) told.add(launch);
  return { releases: [...releases, ...launches.map(launchOf)], told };
}

function isRelease(change: Change): boolean {
  if (change.action !== 'replace' || resourceType(change.type).released !== true) return false;
  const family = text(field(change.before, 'family'));
  return (
    change.type !== 'aws_ecs_task_definition' ||
    (family !== undefined && family === text(field(change.after, 'family')))
  );
}

/** A service that gets another revision from outside this plan, or is told to start its tasks anew. */
function isLaunch(change: Change, told: ReadonlySet<Change>): boolean {
  if (change.type !== 'aws_ecs_service' || change.action !== 'update' || told.has(change)) return false;
  const roots = new Set(change.differences.map(({ path }) => path[0]));
  roots.delete('triggers');
  roots.delete('force_new_deployment');
  return change.differences.length > 0 && (roots.size === 0 || (roots.size === 1 && roots.has('task_definition')));
}

function servicesOf(task: Change, changes: readonly Change[], references: References): Change[] {
  const arn = text(field(task.before, 'arn'));
  const address = configAddress(task.address);
  return changes.filter((change) => {
    if (change.type !== 'aws_ecs_service' || change.stack !== task.stack || change.action === 'delete') return false;
    const named = (references.get(key(change.stack, configAddress(change.address))) ?? []).some(
      (reference) => reference.argument === 'task_definition' && reference.address === address,
    );
    return named || (arn !== undefined && text(field(change.before, 'task_definition')) === arn);
  });
}

function taskRelease(change: Change, services: readonly Change[]): Release {
  const images = imagesOf(change.before, change.after);
  const isImage = ({ path }: Difference): boolean => path[0] === 'container_definitions' && path.at(-1) === 'image';
  return {
    stack: change.stack,
    address: change.address,
    tier: tierOf(change),
    name: label(change),
    services: services.map(label),
    images,
    differences: change.differences.filter((difference) => !(images.length > 0 && isImage(difference))),
    rolls: services.length === 0 ? 'no service in this plan uses it: nothing rolls' : services.map(rolling).join('; '),
    back: wayBack(change, services),
  };
}

/** Containers that share an image are one line. */
function imagesOf(before: Value, after: Value): Release['images'] {
  const old = containers(before);
  const images = new Map<string, { container: string; from: string; to: string }>();
  for (const [container, to] of containers(after)) {
    const from = old.get(container);
    if (from === undefined || from === to) continue;
    const at = `${from} ${to}`;
    const known = images.get(at);
    images.set(at, { container: known === undefined ? container : `${known.container}, ${container}`, from, to });
  }
  return [...images.values()];
}

function containers(state: Value): Map<string, string> {
  const definitions = field(state, 'container_definitions');
  if (!isList(definitions)) return new Map();
  return new Map(
    definitions.flatMap((item): [string, string][] => {
      const name = text(field(item, 'name'));
      return isMap(item) && name !== undefined ? [[name, show(item['image'], 200)]] : [];
    }),
  );
}

/** How ECS replaces the tasks, from the service's own settings (AWS's defaults: 100 % and 200 %). */
export function rolling(service: Change): string {
  const state = service.after;
  const count = number(field(state, 'desired_count'));
  const minimum = number(field(state, 'deployment_minimum_healthy_percent')) ?? 100;
  const maximum = number(field(state, 'deployment_maximum_percent')) ?? 200;
  const tasks = (amount: number): string => `${amount} ${amount === 1 ? 'task' : 'tasks'}`;
  const size =
    count === undefined
      ? `never under ${minimum} % of its tasks, at most ${maximum} %`
      : `${tasks(count)}, never fewer than ${Math.ceil((count * minimum) / 100)}, at most ${Math.floor((count * maximum) / 100)} at once`;
  const rollback = field(state, 'deployment_circuit_breaker', 0, 'rollback') === true;
  return `${label(service)} rolls: ${size}; ${rollback ? 'a failed start goes back by itself' : 'a failed start does NOT go back by itself'}`;
}

function wayBack(task: Change, services: readonly Change[]): string {
  const family = text(field(task.before, 'family')) ?? label(task);
  const revision = number(field(task.before, 'revision'));
  const former = revision === undefined || revision === 0 ? family : `${family}:${revision}`;
  if (field(task.before, 'skip_destroy') === true) {
    const [service] = services;
    const cluster = service === undefined ? undefined : text(field(service.before, 'cluster'))?.split('/').at(-1);
    const target = service === undefined ? '' : ` --service ${label(service)}`;
    return `aws ecs update-service${cluster === undefined ? '' : ` --cluster ${cluster}`}${target} --task-definition ${former}`;
  }
  return `apply the former version again (${former} is retired by this plan and cannot be started any more)`;
}

function imageRelease(change: Change): Release {
  const name = text(field(change.after, 'name')) ?? label(change);
  const from = text(field(change.before, 'name')) ?? 'the former build';
  return {
    stack: change.stack,
    address: change.address,
    tier: tierOf(change),
    name: label(change),
    services: [],
    images: from === name ? [] : [{ container: resourceType(change.type).noun, from, to: name }],
    differences: [],
    rolls: 'an image is built or pushed; no task changes by that alone',
    back: 'nothing to do: the former tag stays in the registry',
  };
}

function launchOf(change: Change): Release {
  return {
    stack: change.stack,
    address: change.address,
    tier: tierOf(change),
    name: label(change),
    services: [label(change)],
    images: [],
    differences: change.differences,
    rolls: rolling(change),
    back: 'apply the former version again',
  };
}
