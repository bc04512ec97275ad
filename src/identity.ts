import { createHash } from 'node:crypto';

/** The first word of every name. */
export const PROJECT = 'cloudpe';

/** The database instance that has no name of its own. */
export const MAIN_INSTANCE = 'main';

/** What tells one deployment from every other. */
export interface IdentityProps {
  readonly project: string;
  readonly environment: string;
  readonly workspace: string;
}

/** Datadog's unified service tags, known before anything is deployed. */
export interface ServiceIdentity {
  readonly env: string;
  readonly service: string;

  /**
   * What Datadog shows as the running version.
   *
   * @default - the same service in every version
   */
  readonly version?: string;
}

/**
 * Makes every name, tag, state key and Datadog scope of one deployment.
 *
 * Two identities never share a name: the environment's name follows the workspace, and no word of a workspace may be the
 * name of an environment, so a name splits in one way only. Inputs are checked in `config/inputs.ts`.
 */
export class Identity {
  public constructor(private readonly props: IdentityProps) {}

  /** A physical name, such as `cloudpe-default-test-database`. */
  public name(...parts: readonly string[]): string {
    return [this.props.project, this.props.workspace, this.props.environment, ...parts].join('-');
  }

  /** A physical name of at most `maxLength` characters; a hash of the whole replaces what is cut. */
  public shortName(maxLength: number, ...parts: readonly string[]): string {
    const name = this.name(...parts);
    if (name.length <= maxLength) return name;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
    return `${name.slice(0, maxLength - hash.length - 1).replace(/-+$/, '')}-${hash}`;
  }

  /** An RDS instance: `cloudpe-default-test-database`, and `…-database-restored` beside it. */
  public databaseInstance(instance: string): string {
    return instance === MAIN_INSTANCE ? this.name('database') : this.name('database', instance);
  }

  /** A name with slashes, for parameters: `/cloudpe/test/database/endpoint`. */
  public path(...parts: readonly string[]): string {
    return ['', this.props.project, this.env, ...parts].join('/');
  }

  /** The id of a stack: `cloudpe-default-test-foundation`. */
  public stackId(stack: string): string {
    return this.name(stack);
  }

  /** Where a stack keeps its state: `cloudpe/default/test/foundation.tfstate`. */
  public stateKey(stack: string): string {
    return `${this.statePrefix}${stack}.tfstate`;
  }

  /** What the state keys of all its stacks begin with: `cloudpe/default/test/`. */
  public get statePrefix(): string {
    const { project, workspace, environment } = this.props;
    return `${project}/${workspace}/${environment}/`;
  }

  /**
   * The value of the tag `env`: the environment, with the workspace behind it unless that is `default`.
   *
   * The application finds its parameters with it, and Datadog scopes every query by it.
   */
  public get env(): string {
    const { environment, workspace } = this.props;
    return workspace === 'default' ? environment : `${environment}-${workspace}`;
  }

  /** The ECS cluster, which is also Datadog's tag `cluster_name`. */
  public get clusterName(): string {
    return this.name();
  }

  /** The tags that the AWS provider puts on every resource. */
  public get tags(): Record<string, string> {
    const { project, environment, workspace } = this.props;
    return { project, environment, workspace, env: this.env, 'managed-by': 'cdktf' };
  }

  /** A service as Datadog knows it: the same name in every environment, told apart by `env`. */
  public service(tier: string, version?: string): ServiceIdentity {
    return { env: this.env, service: `${tier}-service`, ...(version !== undefined && { version }) };
  }
}
