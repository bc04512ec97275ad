import { configAddress, key, label, resourceAddresses, type Change, type Model, type References } from './model';
import { resourceType } from './resource-types';
import { field, isList, isMap, number, text, texts, type Value } from './value';

/** A resource as the picture sees it, from a plan or from a synthesized stack. */
export interface Resource {
  /** `stack/address`, without the index of count. */
  readonly id: string;
  readonly stack: string;
  readonly type: string;
  readonly label: string;
  readonly state: Value;
  /** Ids of the resources an argument names, in any stack. */
  readonly names: (argument?: string) => readonly string[];
  readonly change?: Change;
}

/** What a plan says of the landscape: unchanged resources too. */
export function fromModel(model: Model): Resource[] {
  const changes = model.changes.filter(({ managed, deposed }) => managed && !deposed);
  const byId = new Map<string, string>();
  for (const change of changes) {
    for (const name of ['id', 'arn']) {
      const known = text(field(change.before, name));
      if (known !== undefined && known !== '') byId.set(known, key(change.stack, configAddress(change.address)));
    }
  }
  const seen = new Map<string, Resource>();
  for (const change of changes) {
    const id = key(change.stack, configAddress(change.address));
    const former = seen.get(id)?.change;
    // Several instances of one block are one thing in a picture: the one that changes most speaks for all.
    if (former !== undefined && rank(former) >= rank(change)) continue;
    const state = change.after === null ? change.before : change.after;
    seen.set(id, {
      id,
      stack: change.stack,
      type: change.type,
      label: label(change),
      state,
      names: namesOf(change, model.references, byId),
      change,
    });
  }
  return [...seen.values()];
}

function rank(change: Change): number {
  return ['none', 'read', 'create', 'update', 'forget', 'delete', 'replace'].indexOf(change.action);
}

function namesOf(change: Change, references: References, byId: ReadonlyMap<string, string>): Resource['names'] {
  const written = references.get(key(change.stack, configAddress(change.address))) ?? [];
  return (argument) => {
    const matching = written.filter(
      (reference) =>
        argument === undefined || reference.argument === argument || reference.argument.startsWith(`${argument}.`),
    );
    const literal = [change.before, change.after].flatMap((state) =>
      literals(argument === undefined ? state : at(state, argument)),
    );
    return [
      ...new Set([
        ...matching.map(({ address }) => key(change.stack, address)),
        ...literal.flatMap((value) => byId.get(value) ?? []),
      ]),
    ];
  };
}

/** Blocks are lists of one in plans: `network_configuration.subnets` looks through them. */
function at(state: Value, path: string): Value | undefined {
  let value: Value | undefined = state;
  for (const step of path.split('.')) {
    if (isList(value)) value = value[0];
    value = field(value, step);
  }
  return value;
}

function literals(value: Value | undefined): string[] {
  if (isMap(value))
    return Object.values(value).flatMap((item) =>
      isList(item) && item.some(isMap) ? item.flatMap(literals) : texts(item),
    );
  return texts(value);
}

export interface StackFile {
  readonly stack: string;
  readonly document: unknown;
}

/** What synthesized stacks say: nothing has to exist for it. */
export function fromStacks(files: readonly StackFile[]): Resource[] {
  const outputs = new Map<string, string>();
  for (const { stack, document } of files) {
    for (const [name, output] of entries(field(document as Value, 'output'))) {
      for (const address of addressesIn(field(output, 'value'))) outputs.set(`${stack}:${name}`, key(stack, address));
    }
  }
  return files.flatMap(({ stack, document }) =>
    entries(field(document as Value, 'resource')).flatMap(([type, resources]) =>
      entries(resources).map(([name, state]): Resource => ({
        id: key(stack, `${type}.${name}`),
        stack,
        type,
        label:
          text(field(state, 'name')) ?? text(field(state, 'identifier')) ?? text(field(state, 'tags', 'Name')) ?? name,
        state,
        names: (argument) => {
          const value = argument === undefined ? state : at(state, argument);
          const remote = strings(value).flatMap((item) =>
            [
              ...item.matchAll(
                /data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)/g,
              ),
            ].flatMap(([, producer = '', output = '']) => outputs.get(`${producer}:${output}`) ?? []),
          );
          return [...new Set([...addressesIn(value).map((address) => key(stack, address)), ...remote])];
        },
      })),
    ),
  );
}

function entries(value: Value | undefined): [string, Value][] {
  return isMap(value) ? Object.entries(value).filter(([name]) => name !== '//') : [];
}

function strings(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (isList(value)) return value.flatMap(strings);
  return isMap(value)
    ? Object.entries(value).flatMap(([name, item]) => (name === 'depends_on' ? [] : strings(item)))
    : [];
}

function addressesIn(value: Value | undefined): string[] {
  const expressions = strings(value).flatMap((item) =>
    [...item.matchAll(/\$\{([^}]*)\}/g)].map(([, inner = '']) => inner),
  );
  return resourceAddresses(
    expressions.flatMap((inner) => inner.match(/[A-Za-z_][\w.-]*/g) ?? []).filter((name) => !name.startsWith('data.')),
  );
}

/** `tcp 443`, from any of the ways Terraform writes a rule. */
export function portOf(state: Value): string {
  const protocol = text(field(state, 'ip_protocol')) ?? text(field(state, 'protocol')) ?? '';
  if (protocol === '-1') return 'all';
  const [from, to] = [number(field(state, 'from_port')), number(field(state, 'to_port'))];
  if (from === undefined) return protocol;
  return from === to || to === undefined ? `${protocol} ${from}` : `${protocol} ${from}-${to}`;
}

export function nounOf(resource: Resource): string {
  return resourceType(resource.type).noun;
}
