import { z } from 'zod';
import { ReviewError } from './error';
import { ruleShape, SEVERITIES } from './rule';
import { RULES } from './rules';

const acceptance = z.strictObject({
  address: z.string().min(1),
  reason: z.string().min(1),
  /** Only this rule; left out: whatever is found at the address. */
  rule: z.string().optional(),
  /** ISO day after which it no longer counts. */
  until: z.iso.date().optional(),
});
export type Acceptance = Readonly<z.infer<typeof acceptance>>;

const teamFile = z.strictObject({
  $schema: z.string().optional(),
  rules: z.array(ruleShape).default([]),
  /** Another severity for a rule of ours, by id; "off" silences it. */
  severity: z.record(z.string(), z.enum([...SEVERITIES, 'off'])).default({}),
  accept: z.array(acceptance).default([]),
});
export type TeamRules = z.infer<typeof teamFile>;

export const NO_TEAM_RULES: TeamRules = { rules: [], severity: {}, accept: [] };

/** @throws ReviewError with the field, the rule and where the file breaks it */
export function readTeamRules(json: string, file: string): TeamRules {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new ReviewError(`${file}: must be JSON`);
  }
  const result = teamFile.safeParse(document);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new ReviewError(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
  }
  const known = new Set([...RULES, ...result.data.rules].map(({ id }) => id));
  const named = [...Object.keys(result.data.severity), ...result.data.accept.flatMap(({ rule }) => rule ?? [])];
  const stranger = named.find((id) => !known.has(id));
  if (stranger !== undefined) throw new ReviewError(`${file}: no rule is called ${JSON.stringify(stranger)}`);
  return result.data;
}

/** `ADDRESS=REASON`, as on the command line. An address may hold "=" only inside brackets. */
export function parseAcceptance(argument: string): Acceptance {
  const match = /^((?:[^=[]|\[[^\]]*\])+)=(.*)$/s.exec(argument);
  const [, address = '', reason = ''] = match ?? [];
  if (match === null || address.trim() === '' || reason.trim() === '') {
    throw new ReviewError(`--accept must be ADDRESS=REASON, got ${JSON.stringify(argument)}`);
  }
  return { address: address.trim(), reason: reason.trim() };
}
