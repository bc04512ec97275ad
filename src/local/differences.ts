import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { App } from 'cdktf';
import { defineEnvironment } from '../app';
import { environments } from '../config/environments';
import type { EnvironmentConfig } from '../config/environment';

/** What one of two environments has and the other has not, or has otherwise. */
export interface Difference {
  /** A type of Terraform's, or a part of a stack such as `provider`. */
  readonly type: string;

  /** Which one, and which argument: `BackendBalancer/Targets health_check.interval`, or the name alone where it is missing. */
  readonly where: string;

  /** As JSON; undefined where it is missing. */
  readonly here: string | undefined;
  readonly there: string | undefined;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Leaves = ReadonlyMap<string, string>;

/** One block of a stack. */
interface Block {
  readonly type: string;
  readonly name: string;
  readonly leaves: Leaves;
}

/** What the local platform leaves out, or does otherwise than the environment that it is like. */
export function localDifferences(root: string): readonly Difference[] {
  return differencesOf(environments.test, environments.local, root);
}

/**
 * What the synthesized stacks of two environments differ in, apart from names and accounts.
 *
 * A stack that one of them lacks is one difference, and so is a resource; otherwise each argument is one.
 */
export function differencesOf(here: EnvironmentConfig, there: EnvironmentConfig, root: string): readonly Difference[] {
  const ours = synthesized(here, root);
  const theirs = synthesized({ ...there, name: here.name, account: here.account }, root);
  return union(ours, theirs).flatMap((stack) => {
    const [one, other] = [ours.get(stack), theirs.get(stack)];
    if (one && other) return compare(one, other);
    return [{ type: 'stack', where: stack, here: one && 'there', there: other && 'there' }];
  });
}

function compare(one: ReadonlyMap<string, Block>, other: ReadonlyMap<string, Block>): Difference[] {
  return union(one, other).flatMap((address) => {
    const [left, right] = [one.get(address), other.get(address)];
    const { type, name } = left ?? right ?? { type: address, name: '' };
    if (!left || !right) return [{ type, where: name, here: left && 'there', there: right && 'there' }];
    return union(left.leaves, right.leaves).flatMap((argument) => {
      const [mine, yours] = [left.leaves.get(argument), right.leaves.get(argument)];
      return mine === yours ? [] : [{ type, where: `${name} ${argument}`.trim(), here: mine, there: yours }];
    });
  });
}

function union<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])];
}

/** The blocks of every stack, as `cdktf synth` writes them. */
function synthesized(config: EnvironmentConfig, root: string): ReadonlyMap<string, ReadonlyMap<string, Block>> {
  const outdir = mkdtempSync(path.join(os.tmpdir(), 'cloudpe-differences-'));
  try {
    const app = new App({ outdir });
    defineEnvironment(app, { config, workspace: 'default', version: 'dev' }, root);
    app.synth();
    return new Map(
      Object.values(app.manifest.stacks).map(({ name, synthesizedStackPath }) => {
        const file = path.join(outdir, synthesizedStackPath);
        return [name.split('-').at(-1) ?? name, blocksOf(JSON.parse(readFileSync(file, 'utf8')) as Json)] as const;
      }),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Every resource by its address; so are the provider, the place of the state, the variables and the outputs. */
function blocksOf(stack: Json): ReadonlyMap<string, Block> {
  const { resource = {}, data = {}, ephemeral = {}, ...rest } = stack as Record<string, Json>;
  const found = new Map<string, Block>();
  for (const byType of [resource, data, ephemeral] as Record<string, Record<string, Json>>[]) {
    for (const [type, byId] of Object.entries(byType)) {
      for (const [id, block] of Object.entries(byId))
        found.set(`${type}.${id}`, { type, name: nameOf(block) ?? id, leaves: leavesOf(block) });
    }
  }
  for (const [type, block] of Object.entries(rest))
    if (!type.startsWith('//')) found.set(type, { type, name: '', leaves: leavesOf(block) });
  return found;
}

/** Where a resource stands in the program, without its stack: `Backend/Service`. */
function nameOf(block: Json): string | undefined {
  const { '//': comment } = block as { readonly '//'?: { readonly metadata?: { readonly path?: string } } };
  return comment?.metadata?.path?.split('/').slice(1).join('/');
}

function leavesOf(value: Json, place: readonly string[] = [], found = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === 'object') {
    for (const [key, child] of Object.entries(value as Record<string, Json>)) {
      if (!key.startsWith('//')) leavesOf(child, [...place, keyOf(key, child)], found);
    }
  } else if (typeof value === 'string' && /^(\[\{|\{")/.test(value)) {
    // Containers and policies are JSON within JSON.
    leavesOf(JSON.parse(value) as Json, place, found);
  } else found.set(place.join('.'), JSON.stringify(value));
  return found;
}

/** Items of a list go by their name where they have one: the third container may be another one elsewhere. */
function keyOf(key: string, child: Json): string {
  const { name, Sid } = (child ?? {}) as { readonly name?: Json; readonly Sid?: Json };
  return typeof name === 'string' ? name : typeof Sid === 'string' ? Sid : key;
}
