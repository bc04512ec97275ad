import { execa } from 'execa';
import { z } from 'zod';
import { ReviewError } from './error';
import type { Fact } from './fact';
import { resourceType } from './resource-types';
import { withFile } from './stacks';

const failedCheck = z.looseObject({ check_id: z.string(), check_name: z.string(), resource: z.string() });
const result = z.looseObject({
  results: z.looseObject({ failed_checks: z.array(failedCheck).default([]) }).optional(),
});

export interface Violation {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

export async function hasCheckov(command = 'checkov'): Promise<boolean> {
  return !(await execa(command, ['--version'], { reject: false, stdin: 'ignore' })).failed;
}

/** Only what the plan introduces: checks that fail after it and did not before. */
export async function introducedBy(json: string, stack: string, command = 'checkov'): Promise<Fact[]> {
  const [after, before] = [await scan(json, command), await scan(beforeOf(json), command)];
  const old = new Set(before.map(({ id, address }) => `${id} ${address}`));
  const types = typesOf(json);
  return after
    .filter(({ id, address }) => !old.has(`${id} ${address}`))
    .map(({ id, name, address }) => {
      const type = types.get(address) ?? '';
      return {
        kind: 'policy',
        stack,
        address,
        type,
        tier: resourceType(type).tier,
        subject: id,
        text: `${id}: ${name}`,
      };
    });
}

async function scan(json: string, command: string): Promise<Violation[]> {
  if (json === '') return [];
  return withFile(json, async (file) => {
    const run = await execa(
      command,
      ['-f', file, '--framework', 'terraform_plan', '-o', 'json', '--compact', '--quiet', '--skip-download'],
      { reject: false, stdin: 'ignore', maxBuffer: 256 * 1024 * 1024, env: { LOG_LEVEL: 'ERROR' } },
    );
    return readViolations(run.stdout);
  });
}

/** @throws ReviewError when checkov printed anything else: an unreadable scan must not pass for a clean one */
export function readViolations(stdout: string): Violation[] {
  const document = parse(stdout);
  const all = (Array.isArray(document) ? document : [document]) as unknown[];
  return all
    .flatMap((one) => result.parse(one).results?.failed_checks ?? [])
    .map(({ check_id, check_name, resource }) => ({ id: check_id, name: check_name, address: resource }));
}

function parse(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new ReviewError('checkov printed no report (--checkov off goes on without it)');
  }
}

/** The plan that would have changed nothing: what stood before, as checkov reads it. Empty when nothing stood. */
export function beforeOf(json: string): string {
  const plan = JSON.parse(json) as Record<string, unknown>;
  const prior = record(record(plan['prior_state'])['values']);
  const changes = list(plan['resource_changes'])
    .map(record)
    .filter(
      (resource) => record(resource['change'])['before'] !== null && record(resource['change'])['before'] !== undefined,
    )
    .map((resource) => {
      const change = record(resource['change']);
      return {
        ...resource,
        change: {
          ...change,
          actions: ['no-op'],
          after: change['before'],
          after_unknown: {},
          after_sensitive: change['before_sensitive'],
        },
      };
    });
  if (changes.length === 0) return '';
  const values =
    Object.keys(prior).length > 0
      ? prior
      : {
          root_module: {
            resources: changes.map((resource) => ({ ...resource, values: record(resource.change).after })),
          },
        };
  return JSON.stringify({ ...plan, planned_values: values, resource_changes: changes });
}

function typesOf(json: string): Map<string, string> {
  const changes = list((JSON.parse(json) as Record<string, unknown>)['resource_changes']).map(record);
  return new Map(changes.map((resource) => [String(resource['address']), String(resource['type'])]));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
