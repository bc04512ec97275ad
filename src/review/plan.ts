import { z } from 'zod';
import { ReviewError } from './error';

const MEBIBYTE = 1024 * 1024;
export const SIZE_LIMIT_BYTES = 128 * MEBIBYTE;

const change = z.looseObject({
  actions: z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget'])).min(1),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
  importing: z.looseObject({ id: z.string().optional() }).nullish(),
});

const resourceChange = z.looseObject({
  address: z.string(),
  previous_address: z.string().optional(),
  module_address: z.string().optional(),
  mode: z.enum(['managed', 'data']).default('managed'),
  type: z.string(),
  name: z.string(),
  deposed: z.string().optional(),
  action_reason: z.string().optional(),
  change,
});

const check = z.looseObject({
  address: z.looseObject({ to_display: z.string().optional() }).optional(),
  status: z.string(),
  instances: z
    .array(z.looseObject({ problems: z.array(z.looseObject({ message: z.string().optional() })).optional() }))
    .optional(),
});

const planShape = z.looseObject({
  format_version: z.string(),
  terraform_version: z.string().optional(),
  resource_changes: z.array(resourceChange).default([]),
  resource_drift: z.array(resourceChange).default([]),
  output_changes: z.record(z.string(), change).default({}),
  configuration: z.unknown().optional(),
  variables: z.record(z.string(), z.looseObject({ value: z.unknown().optional() })).default({}),
  /** What Terraform could not plan yet. */
  deferred_changes: z.array(z.unknown()).default([]),
  /** Actions (Terraform 1.14) run programs or calls whose effect no plan shows. */
  action_invocations: z.array(z.looseObject({ address: z.string(), type: z.string() })).default([]),
  checks: z.array(check).default([]),
  errored: z.boolean().default(false),
  complete: z.boolean().optional(),
  applyable: z.boolean().optional(),
});

export type PlannedResource = z.infer<typeof resourceChange>;
export type PlannedChange = z.infer<typeof change>;

/** A plan as Terraform wrote it, with its secrets: only `model.ts` looks inside. */
export interface Plan extends z.infer<typeof planShape> {
  readonly stack: string;

  /** What Terraform said when it failed while planning, where that was heard. */
  readonly problem?: string;
}

/**
 * Reads what `terraform show -json PLAN` printed.
 *
 * @throws ReviewError when the text is anything else, in one sentence that holds no value of the plan
 */
export function readPlan(json: string, stack: string): Plan {
  const size = Buffer.byteLength(json);
  if (size > SIZE_LIMIT_BYTES) {
    throw new ReviewError(
      `${stack}: a plan must be at most ${SIZE_LIMIT_BYTES / MEBIBYTE} MiB, got ${Math.ceil(size / MEBIBYTE)} MiB`,
    );
  }
  if (json.startsWith('PK')) {
    throw new ReviewError(
      `${stack}: this is Terraform's binary plan file; write JSON with "terraform show -json PLAN > plan.json"`,
    );
  }
  if (json.trim() === '') throw new ReviewError(`${stack}: a plan must be JSON, got an empty file`);
  const parsed = parse(json, stack);
  const version = formatVersion(parsed);
  if (version === undefined) {
    throw new ReviewError(`${stack}: not a Terraform plan: it has no format_version (use "terraform show -json PLAN")`);
  }
  // Terraform adds fields within version 1 and promises to keep the old ones.
  if (!/^1\.\d+$/.test(version)) {
    throw new ReviewError(`${stack}: plan format version must be 1.x, got ${JSON.stringify(version.slice(0, 20))}`);
  }
  if (isState(parsed)) {
    throw new ReviewError(
      `${stack}: this is a Terraform state, not a plan (use "terraform show -json PLAN" with a saved plan)`,
    );
  }
  const result = planShape.safeParse(parsed);
  if (!result.success) {
    const issue = result.error.issues[0];
    // The path only: zod's message may quote what it received.
    throw new ReviewError(
      `${stack}: not a Terraform plan: ${issue?.path.join('.') ?? 'the document'} is not what the format says`,
    );
  }
  return { ...result.data, stack };
}

function parse(json: string, stack: string): unknown {
  try {
    // Windows tools write a byte order mark.
    return JSON.parse(json.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    const cut = /^\s*\{/.test(json) && !/\}\s*$/.test(json);
    throw new ReviewError(
      cut
        ? `${stack}: the plan's JSON ends too early: the file is cut off`
        : `${stack}: a plan must be JSON, and this is not`,
    );
  }
}

function formatVersion(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('format_version' in document)) return undefined;
  return typeof document.format_version === 'string' ? document.format_version : undefined;
}

function isState(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  return !('planned_values' in document) && !('resource_changes' in document) && !('output_changes' in document);
}
