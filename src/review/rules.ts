import { z } from 'zod';
import { ReviewError } from './error';
import { FACT_KINDS, type Fact } from './fact';
import { matches, TIERS } from './resource-types';
import { show } from './value';

/** stop: policy forbids it unless someone accepts it by name. ask: a person decides. note: worth a line. */
export const SEVERITIES = ['stop', 'ask', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

const globs = z.union([z.string(), z.array(z.string()).min(1)]);

const condition = z.strictObject({
  fact: z.union([z.enum(FACT_KINDS), z.array(z.enum(FACT_KINDS)).min(1)]),
  type: globs.optional(),
  address: globs.optional(),
  stack: globs.optional(),
  tier: z.enum(TIERS).optional(),
  reach: z.enum(['any', 'some', 'new']).optional(),
  /** A port, an argument, a policy id; globs. */
  subject: globs.optional(),
  /** The new value of a changed attribute, as text; globs. */
  to: globs.optional(),
  /** Dollars a month, for facts about cost. */
  above: z.number().optional(),
});

const ruleShape = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  when: condition,
  severity: z.enum(SEVERITIES),
  message: z.string().min(1),
  proceed: z.string().min(1),
});
export type Rule = Readonly<z.infer<typeof ruleShape>>;

/** First match wins; a team's rules come before these. `{text}` is what was found, `{address}` where. */
export const RULES: readonly Rule[] = [
  {
    id: 'plan-failed',
    when: { fact: 'plan-failed' },
    severity: 'stop',
    message: '{text}',
    proceed: 'Mend the error and plan again: this report cannot say what would have come after it.',
  },
  {
    id: 'plan-incomplete',
    when: { fact: ['plan-incomplete', 'not-planned'] },
    severity: 'ask',
    message: '{text}',
    proceed: 'Apply what is reviewed here, then review again for the rest.',
  },
  {
    id: 'data-lost',
    when: { fact: 'data-lost' },
    severity: 'stop',
    message: '{text}',
    proceed:
      'If that is not meant: keep the forcing attribute, or add a moved block. If it is: take a snapshot, then --accept {address}=REASON.',
  },
  {
    id: 'open-to-the-internet',
    when: { fact: 'opened', reach: 'any', subject: ['tcp 443', 'tcp 80'] },
    severity: 'ask',
    message: '{text}',
    proceed: 'Right for a public website and for nothing else.',
  },
  {
    id: 'port-open-to-the-internet',
    when: { fact: 'opened', reach: 'any' },
    severity: 'stop',
    message: '{text}',
    proceed: 'Name a security group or the few addresses that need it.',
  },
  {
    id: 'opened',
    when: { fact: 'opened' },
    severity: 'note',
    message: '{text}',
    proceed: 'Check that the client needs it.',
  },
  {
    id: 'public-database',
    when: { fact: 'public-address', tier: 'database' },
    severity: 'stop',
    message: '{text}',
    proceed: 'A database belongs in private subnets: reach it through a task or a tunnel.',
  },
  {
    id: 'new-public-address',
    when: { fact: 'public-address', reach: 'new' },
    severity: 'note',
    message: '{text}',
    proceed: 'Check that it is meant to face the internet.',
  },
  {
    id: 'public-address',
    when: { fact: 'public-address' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Check that it is meant to face the internet.',
  },
  {
    id: 'permissions-without-limit',
    when: { fact: 'iam-widened', reach: 'any' },
    severity: 'stop',
    message: '{text}',
    proceed: 'Name the actions and the resources the program uses.',
  },
  {
    id: 'new-permissions',
    when: { fact: 'iam-widened', reach: 'new' },
    severity: 'note',
    message: '{text}',
    proceed: 'Compare with what the new program does.',
  },
  {
    id: 'permissions-widened',
    when: { fact: 'iam-widened' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Ask which call needs it.',
  },
  {
    id: 'encryption-off',
    when: { fact: 'encryption-off' },
    severity: 'stop',
    message: '{text}',
    proceed: 'Leave it on.',
  },
  {
    id: 'protection-off',
    when: { fact: 'protection-off' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Ask what comes next: this is often the first step of a removal.',
  },
  {
    id: 'secret-in-plain-text',
    when: { fact: 'secret-in-plain-text' },
    severity: 'stop',
    message: '{text}',
    proceed:
      "Use the container's secrets with a parameter's ARN, and rotate the value: it is in the plan and in the state.",
  },
  {
    id: 'destroyed',
    when: { fact: 'destroyed' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Check that nothing outside this plan uses it.',
  },
  {
    id: 'forgotten',
    when: { fact: 'forgotten' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Someone must look after it from now on, and pay for it.',
  },
  {
    id: 'address-changes',
    when: { fact: 'address-changes' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Tell whoever uses the old address, and lower its DNS time to live first.',
  },
  {
    id: 'connections-drop',
    when: { fact: 'connections-drop' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Choose a quiet hour.',
  },
  {
    id: 'replaced',
    when: { fact: 'replaced' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Check what uses it, and that the new one can stand before the old one goes.',
  },
  {
    id: 'invoked',
    when: { fact: 'invoked' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Read what the action does: no plan shows it.',
  },
  {
    id: 'check-failed',
    when: { fact: 'check-failed' },
    severity: 'ask',
    message: '{text}',
    proceed: 'Read the check in the configuration: it states what must hold.',
  },
  {
    id: 'policy',
    when: { fact: 'policy' },
    severity: 'ask',
    message: '{text}',
    proceed: "Follow the policy's guideline, or skip it in the code with a reason.",
  },
  {
    id: 'much-dearer',
    when: { fact: 'cost', above: 100 },
    severity: 'ask',
    message: '{text}',
    proceed: 'Ask who pays.',
  },
];

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

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  readonly message: string;
  readonly proceed: string;
  readonly fact: Fact['kind'];
  /** The fact's own sentence, which a team's message may hide. */
  readonly said: string;
  readonly accepted?: string;
}

/** What the rules say of the facts. Facts that no rule speaks of stay facts. */
export function judge(
  facts: readonly Fact[],
  team: TeamRules,
  accepted: readonly Acceptance[],
  today: string,
): Finding[] {
  const rules = [...team.rules, ...RULES];
  const acceptances = [...accepted, ...team.accept].filter(({ until }) => until === undefined || until >= today);
  const findings = facts.flatMap((fact): Finding[] => {
    const rule = rules.find(({ when }) => applies(when, fact));
    if (rule === undefined) return [];
    const own = Object.hasOwn(team.severity, rule.id) ? team.severity[rule.id] : undefined;
    if (own === 'off') return [];
    const acceptance = acceptances.find((one) => accepts(one, fact, rule));
    return [
      {
        rule: rule.id,
        severity: own ?? rule.severity,
        stack: fact.stack,
        address: fact.address,
        type: fact.type,
        message: fill(rule.message, fact),
        proceed: fill(rule.proceed, fact),
        fact: fact.kind,
        said: fact.text,
        ...(acceptance === undefined ? {} : { accepted: acceptance.reason }),
      },
    ];
  });
  return findings.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

// A plan that failed or was not made is no change that anybody could know and accept.
const NEVER_ACCEPTED: readonly Fact['kind'][] = ['plan-failed', 'plan-incomplete', 'not-planned'];

function accepts(acceptance: Acceptance, fact: Fact, rule: Rule): boolean {
  if (NEVER_ACCEPTED.includes(fact.kind)) return false;
  // Two stacks may hold the same address: `stack/address` names one.
  const named = [fact.address, `${fact.stack}/${fact.address}`].includes(acceptance.address);
  return named && (acceptance.rule === undefined || acceptance.rule === rule.id);
}

function applies(when: Rule['when'], fact: Fact): boolean {
  return (
    [when.fact].flat().includes(fact.kind) &&
    oneOf(when.type, fact.type) &&
    oneOf(when.address, fact.address) &&
    oneOf(when.stack, fact.stack) &&
    (when.tier === undefined || when.tier === fact.tier) &&
    (when.reach === undefined || when.reach === fact.reach) &&
    oneOf(when.subject, fact.subject ?? '') &&
    oneOf(when.to, show(fact.difference?.after, 10_000)) &&
    (when.above === undefined || (fact.amount ?? 0) > when.above)
  );
}

function oneOf(patterns: string | readonly string[] | undefined, value: string): boolean {
  return patterns === undefined || [patterns].flat().some((pattern) => matches(pattern, value));
}

function fill(template: string, fact: Fact): string {
  const values: Readonly<Record<string, string>> = {
    text: fact.text,
    address: fact.address,
    stack: fact.stack,
    subject: fact.subject ?? '',
    from: show(fact.difference?.before),
    to: show(fact.difference?.after),
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}
