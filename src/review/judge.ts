import type { Fact } from './fact';
import { matches } from './resource-types';
import { SEVERITIES, type Rule, type Severity } from './rule';
import { RULES } from './rules';
import type { Acceptance, TeamRules } from './team-rules';
import { show } from './value';

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
