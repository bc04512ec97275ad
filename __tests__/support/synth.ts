import { Testing, TerraformStack, type App } from 'cdktf';
import type { Construct } from 'constructs';

interface ResourceType {
  readonly tfResourceType: string;
}

/** The arguments of one block, as Terraform will read them. */
export type Attributes = Readonly<Record<string, unknown>>;

type Blocks = Readonly<Record<string, Readonly<Record<string, Attributes>>>>;

/** A synthesized stack, as Terraform will read it. */
export interface Template {
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly ephemeral?: Blocks;
  readonly variable?: Readonly<Record<string, Attributes>>;
  readonly output?: Readonly<Record<string, { readonly value: unknown; readonly sensitive?: boolean }>>;
  readonly provider?: Readonly<Record<string, readonly Attributes[]>>;
  readonly terraform?: {
    readonly backend?: Readonly<Record<string, Attributes>>;
    readonly cloud?: Attributes;
    readonly required_providers?: Readonly<Record<string, { readonly source: string; readonly version: string }>>;
  };
}

/** One resource with its address. */
export interface Resource {
  readonly type: string;
  readonly id: string;
  readonly attributes: Attributes;
}

/** A synthesized stack, asked by resource class instead of by generated id. */
export class Synthesized {
  public readonly template: Template;

  private constructor(
    public readonly name: string,
    public readonly json: string,
  ) {
    this.template = JSON.parse(json) as Template;
  }

  /** What `define` adds to a stack of its own. */
  public static scope(define: (scope: Construct) => void): Synthesized {
    return new Synthesized('test', Testing.synthScope(define));
  }

  /** All stacks of `app`, with the references between them. */
  public static app(app: App): Synthesized[] {
    const stacks = app.node.children.filter((child): child is TerraformStack => TerraformStack.isStack(child));
    // References between stacks become outputs and remote state here, on both sides.
    for (const stack of stacks) stack.prepareStack();
    return stacks.map((stack) => new Synthesized(stack.node.id, Testing.synth(stack)));
  }

  /** `template` as if it had been synthesized. */
  public static from(name: string, template: unknown): Synthesized {
    return new Synthesized(name, JSON.stringify(template, undefined, 2));
  }

  public all(type: ResourceType): Attributes[] {
    return Object.values(this.template.resource?.[type.tfResourceType] ?? {});
  }

  public only(type: ResourceType): Attributes {
    const [first, ...rest] = this.all(type);
    if (first === undefined || rest.length > 0) {
      throw new Error(`expected one ${type.tfResourceType}, found ${this.all(type).length}`);
    }
    return first;
  }

  /** The one resource of the class whose id begins with `id`. */
  public one(type: ResourceType, id: string): Attributes {
    const found = Object.entries(this.template.resource?.[type.tfResourceType] ?? {}).filter(([key]) =>
      key.startsWith(id),
    );
    const [first, ...rest] = found;
    if (first === undefined || rest.length > 0) {
      throw new Error(`expected one ${type.tfResourceType}.${id}…, found ${found.length}`);
    }
    return first[1];
  }

  public get resources(): Resource[] {
    return Object.entries(this.template.resource ?? {}).flatMap(([type, byId]) =>
      Object.entries(byId).map(([id, attributes]) => ({ type, id, attributes })),
    );
  }
}

/** The container definitions of a task, by name. */
export function containersOf(task: Attributes): Record<string, Attributes> {
  const containers = JSON.parse(String(task.container_definitions)) as { readonly name: string }[];
  return Object.fromEntries(containers.map((container) => [container.name, container as unknown as Attributes]));
}

/** One statement of a policy document, as AWS will read it. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

export function statementsOf(policy: unknown): PolicyStatement[] {
  return (JSON.parse(String(policy)) as { readonly Statement: PolicyStatement[] }).Statement;
}
