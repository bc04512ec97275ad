import { matches } from './resource-types';
import { field, isList, isMap, isNothing, texts, Sensitive, Unknown, type Value } from './value';

/** Something a policy allows now and did not before. */
export interface Widening {
  readonly sentence: string;
  /** Every action, every resource, or everyone. */
  readonly broad: boolean;
}

interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly conditions: string;
  /** `NotAction` and its kin allow all but what they name. */
  readonly inverted: boolean;
}

/** Compares two policies by what they allow, not by their text: order, ids and spelling do not matter. */
export function wideningOf(before: Value | undefined, after: Value): Widening[] {
  if (after instanceof Unknown) return [{ sentence: 'its policy is known only after apply', broad: false }];
  if (after instanceof Sensitive) return [{ sentence: 'its policy is hidden and could not be compared', broad: false }];
  const old = grantsOf(before);
  const sentences = new Map<
    string,
    { readonly who: string; readonly actions: string[]; readonly where: string; broad: boolean }
  >();
  for (const { who, action, where, broad } of grantsOf(after).flatMap((grant) => widening(grant, old))) {
    const at = `${who}\n${where}\n${String(broad)}`;
    const known = sentences.get(at) ?? { who, actions: [], where, broad };
    if (!known.actions.includes(action)) known.actions.push(action);
    sentences.set(at, known);
  }
  return [...sentences.values()].map(({ who, actions, where, broad }) => ({
    sentence: `${who} ${listed(actions, 4)}${where}`,
    broad,
  }));
}

/** One action that is new somewhere, in the words of a sentence. */
interface NewAction {
  readonly who: string;
  readonly action: string;
  readonly where: string;
  readonly broad: boolean;
}

function widening(grant: Grant, old: readonly Grant[]): NewAction[] {
  return grant.actions.flatMap((action): NewAction[] => {
    // What one statement of the old policy allowed in full is not new.
    const missing = grant.principals.flatMap((principal) =>
      grant.resources
        .filter((resource) => !old.some((other) => covers(other, grant, action, resource, principal)))
        .map((resource) => ({ resource, principal })),
    );
    if (missing.length === 0) return [];
    const resources = [...new Set(missing.map(({ resource }) => resource))];
    const principals = [...new Set(missing.map(({ principal }) => principal))].filter((principal) => principal !== '');
    const who = principals.length === 0 ? 'its bearer' : listed(principals.map(principalText), 2);
    const verb = grant.inverted ? 'may do everything but' : 'may now';
    const on = resources.length === 1 && resources[0] === '' ? '' : ` on ${listed(resources.map(resourceText), 2)}`;
    return [
      {
        who: `${who} ${verb}`,
        action: action === '*' ? 'do everything' : action,
        where: `${on}${grant.conditions === '' ? '' : ' (with a condition)'}`,
        broad: isBroad(grant, action, resources, principals),
      },
    ];
  });
}

function isBroad(grant: Grant, action: string, resources: readonly string[], principals: readonly string[]): boolean {
  if (grant.inverted) return true;
  // A resource's own policy: "*" is only that resource, so what counts is who.
  if (principals.length > 0) return principals.includes('*') && grant.conditions === '';
  if (action === '*' || action.endsWith(':*')) return true;
  const touchy = /^(iam|sts|kms|secretsmanager|ssm|organizations):/i.test(action);
  return touchy && resources.includes('*') && grant.conditions === '';
}

function covers(old: Grant, grant: Grant, action: string, resource: string, principal: string): boolean {
  if (old.inverted || grant.inverted) return same(old, grant);
  return (
    (old.conditions === '' || old.conditions === grant.conditions) &&
    old.actions.some((pattern) => matchesAction(pattern, action)) &&
    old.resources.some((pattern) => matches(pattern, resource)) &&
    old.principals.some((pattern) => pattern === '*' || pattern === principal)
  );
}

function same(a: Grant, b: Grant): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern.toLowerCase(), action.toLowerCase());
}

function grantsOf(policy: Value | undefined): Grant[] {
  const statements = field(policy, 'Statement');
  const all = isList(statements) ? statements : isMap(statements) ? [statements] : [];
  return all.filter((statement) => field(statement, 'Effect') === 'Allow').map((statement) => grantOf(statement));
}

function grantOf(statement: Value): Grant {
  const notAction = texts(field(statement, 'NotAction'));
  const notResource = texts(field(statement, 'NotResource'));
  const notPrincipal = principalsOf(field(statement, 'NotPrincipal'));
  const inverted = notAction.length + notResource.length + notPrincipal.length > 0;
  const condition = field(statement, 'Condition');
  return {
    actions: orElse([...texts(field(statement, 'Action')), ...notAction], '*'),
    // Trust policies name no resource.
    resources: orElse([...resourcesOf(field(statement, 'Resource')), ...notResource], ''),
    principals: orElse([...principalsOf(field(statement, 'Principal')), ...notPrincipal], ''),
    conditions: isNothing(condition) ? '' : JSON.stringify(condition),
    inverted,
  };
}

function resourcesOf(value: Value | undefined): string[] {
  if (isList(value)) return value.flatMap(resourcesOf);
  return value instanceof Unknown || value instanceof Sensitive ? [value.toString()] : texts(value);
}

function principalsOf(value: Value | undefined): string[] {
  if (isMap(value))
    return Object.entries(value).flatMap(([kind, who]) =>
      texts(who).map((one) => (one === '*' ? '*' : `${kind} ${one}`)),
    );
  return texts(value);
}

function principalText(principal: string): string {
  return principal === '*' ? 'everyone' : principal;
}

function orElse(list: readonly string[], fallback: string): readonly string[] {
  return list.length > 0 ? list : [fallback];
}

function resourceText(resource: string): string {
  return resource === '*' ? 'every resource' : resource;
}

function listed(items: readonly string[], limit: number): string {
  if (items.length <= limit) return items.join(', ');
  return `${items.slice(0, limit - 1).join(', ')} and ${items.length - limit + 1} more`;
}
