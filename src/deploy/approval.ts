import type { EnvironmentConfig } from '../config/environment';

/** The edge to a person. */
export interface Person {
  /** Whether somebody sits at a terminal. */
  readonly present: boolean;
  readonly confirm: (question: string) => Promise<boolean>;

  /** What was typed. */
  readonly type: (question: string) => Promise<string>;
}

export interface ApprovalProps {
  readonly config: EnvironmentConfig;
  readonly person: Person;

  /** The value of `--approve`: the environment's name, given beforehand. @default - ask */
  readonly approved?: string | undefined;
}

/**
 * Gets the yes that the environment asks for.
 *
 * @returns false when a person said no
 * @throws Error when nobody can be asked, or the flag names another environment
 */
export async function approve({ config, person, approved }: ApprovalProps): Promise<boolean> {
  checkApproval({ config, person, approved });
  const { name, deployment } = config;
  if (approved !== undefined) return true;
  switch (deployment.approval) {
    case 'none':
      return true;
    case 'confirm':
      return person.confirm(`Apply this to ${name}?`);
    case 'type-name':
      return (await person.type(`Type ${name} to apply this, anything else to stop:`)).trim() === name;
  }
}

/** Says at the very start what `approve` would say after minutes of planning. */
export function checkApproval({ config, person, approved }: ApprovalProps): void {
  const { name, deployment } = config;
  if (approved !== undefined && approved !== name) {
    throw new Error(`--approve must name the environment, ${name}, got ${JSON.stringify(approved)}`);
  }
  if (approved === undefined && deployment.approval !== 'none' && !person.present) {
    throw new Error(
      `${name} needs somebody's yes and there is no terminal to ask at: run it in one, or with --approve ${name}`,
    );
  }
}
