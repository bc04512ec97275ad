import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { ReviewError } from './error';
import { readPlan, type Plan } from './plan';

const manifestShape = z.looseObject({
  stacks: z.record(
    z.string(),
    z.looseObject({
      name: z.string(),
      synthesizedStackPath: z.string(),
      dependencies: z.array(z.string()).default([]),
    }),
  ),
});

export interface SynthesizedStack {
  readonly id: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
}

/** The stacks of a synthesized folder, producers before consumers. */
export async function readStacks(folder: string): Promise<SynthesizedStack[]> {
  const file = join(folder, 'manifest.json');
  const json = await readFile(file, 'utf8').catch(() => {
    throw new ReviewError(`${file}: not found; synthesize first`);
  });
  const result = manifestShape.safeParse(parse(json, file));
  if (!result.success)
    throw new ReviewError(`${file}: not a CDKTF manifest: ${result.error.issues[0]?.path.join('.') ?? ''}`);
  const stacks = Object.entries(result.data.stacks).map(([id, stack]) => ({
    id,
    folder: join(folder, stack.synthesizedStackPath, '..'),
    dependencies: stack.dependencies,
  }));
  return inOrder(stacks);
}

function parse(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ReviewError(`${file}: must be JSON`);
  }
}

function inOrder(stacks: readonly SynthesizedStack[]): SynthesizedStack[] {
  const left = [...stacks].sort((a, b) => a.id.localeCompare(b.id));
  const known = new Set(left.map(({ id }) => id));
  const done: SynthesizedStack[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ dependencies }) =>
      dependencies.every((id) => !known.has(id) || done.some((stack) => stack.id === id)),
    );
    if (next < 0)
      throw new ReviewError(`stacks depend on each other in a circle: ${left.map(({ id }) => id).join(', ')}`);
    done.push(...left.splice(next, 1));
  }
  return done;
}

/** `cloudpe-default-test-foundation` next to its siblings is "foundation". */
export function shortNames(ids: readonly string[]): Map<string, string> {
  const [first = ''] = ids;
  const words = first.split('-');
  let shared = 0;
  while (
    ids.length > 1 &&
    shared < words.length - 1 &&
    ids.every((id) => id.startsWith(`${words.slice(0, shared + 1).join('-')}-`))
  )
    shared += 1;
  const cut = words.slice(0, shared).join('-').length;
  return new Map(ids.map((id) => [id, cut === 0 ? id : id.slice(cut + 1)]));
}

export interface Planned {
  readonly plans: readonly { readonly plan: Plan; readonly json: string }[];
  readonly notPlanned: readonly { readonly stack: string; readonly reason: string }[];
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
}

export interface PlanOptions {
  /** @default "terraform" from the PATH */
  readonly terraform?: string;
  /** Variables for Terraform on top of this process's. @default - none */
  readonly variables?: Readonly<Record<string, string>>;
  readonly onStack?: (name: string) => void;
}

/**
 * Plans every stack, producers first. Nothing is applied, and nothing with a secret in it stays on disk.
 *
 * @throws ReviewError when not one stack could be planned
 */
export async function planStacks(
  stacks: readonly SynthesizedStack[],
  { terraform = 'terraform', variables = {}, onStack }: PlanOptions = {},
): Promise<Planned> {
  const names = shortNames(stacks.map(({ id }) => id));
  const nameOf = (id: string): string => names.get(id) ?? id;
  const plans: { plan: Plan; json: string }[] = [];
  const notPlanned: { stack: string; reason: string }[] = [];
  for (const stack of stacks) {
    const name = nameOf(stack.id);
    onStack?.(name);
    const outcome = await planStack(stack, terraform, variables);
    if ('json' in outcome) {
      const { json, problem } = outcome;
      plans.push({ plan: { ...readPlan(json, name), ...(problem !== undefined && { problem }) }, json });
    } else notPlanned.push({ stack: name, reason: reasonOf(outcome.error, stack.dependencies.map(nameOf)) });
  }
  if (plans.length === 0) {
    throw new ReviewError(
      `no stack could be planned:\n${notPlanned.map(({ stack, reason }) => `  ${stack}: ${reason}`).join('\n')}`,
    );
  }
  return {
    plans,
    notPlanned,
    dependencies: new Map(stacks.map(({ id, dependencies }) => [nameOf(id), dependencies.map(nameOf)])),
  };
}

type Outcome = { readonly json: string; readonly problem?: string } | { readonly error: string };

async function planStack(
  { folder }: SynthesizedStack,
  terraform: string,
  variables: Readonly<Record<string, string>>,
): Promise<Outcome> {
  // mkdtemp makes a folder that only its owner may read: a saved plan holds every secret it uses.
  const scratch = await mkdtemp(join(tmpdir(), 'plan-review-'));
  const file = join(scratch, 'plan');
  const run = (...args: string[]) =>
    execa(terraform, args, {
      cwd: folder,
      reject: false,
      stdin: 'ignore',
      maxBuffer: 512 * 1024 * 1024,
      env: { ...variables, TF_IN_AUTOMATION: '1', TF_INPUT: '0', TF_CLI_ARGS: '' },
    });
  try {
    const init = await run('init', '-input=false', '-no-color');
    if (init.failed) return { error: errorText(init) };
    const plan = await run('plan', '-input=false', '-no-color', '-lock-timeout=60s', `-out=${file}`);
    // A failed plan may still be saved, marked as errored: better than nothing, and the report says so.
    const show = await run('show', '-json', '-no-color', file);
    if (show.failed) return { error: errorText(plan.failed ? plan : show) };
    if (plan.failed && needsProducer(plan.stderr)) return { error: errorText(plan) };
    return { json: show.stdout, ...(plan.failed && { problem: errorText(plan) }) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function errorText({ stderr, shortMessage }: { readonly stderr: string; readonly shortMessage?: string }): string {
  // Summaries only: what follows them quotes the configuration.
  const summaries = stderr.split('\n').flatMap((line) => /^\W*(Error: .*)$/.exec(line)?.[1] ?? []);
  if (summaries.length > 0) return [...new Set(summaries)].slice(0, 3).join('; ');
  return shortMessage?.split('\n')[0] ?? 'terraform failed without an error text';
}

function needsProducer(text: string): boolean {
  return /Unable to find remote state|Unsupported attribute|does not have an attribute named/.test(text);
}

function reasonOf(error: string, producers: readonly string[]): string {
  if (producers.length > 0 && needsProducer(error))
    return `it needs values of ${producers.join(', ')}, which is not applied yet`;
  return error;
}

/** Writes a text where only its owner reads it, and takes it away again. */
export async function withFile<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'plan-review-'));
  try {
    const file = join(scratch, 'plan.json');
    await writeFile(file, text, { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
