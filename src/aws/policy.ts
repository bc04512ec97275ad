/** One statement of an IAM or resource policy. */
export interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];

  /** @default 'Allow' */
  readonly effect?: 'Allow' | 'Deny';

  /** @default - an identity policy: the principal is who it is attached to */
  readonly principals?: '*' | Readonly<Record<string, string>>;

  /** @default - unconditional */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy document as JSON: plain text rather than `jsonencode`, so that scanners and reviewers can read it. */
export function policy(statements: readonly Statement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ sid, effect = 'Allow', principals, actions, resources, conditions }) => ({
      Sid: sid,
      Effect: effect,
      ...(principals !== undefined && { Principal: principals }),
      Action: actions,
      Resource: resources,
      ...(conditions !== undefined && { Condition: conditions }),
    })),
  });
}

/** The policy by which an AWS service may take a role; only on behalf of this account. */
export function trustPolicy(service: string, accountId: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AssumedByService',
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        // The confused-deputy guard that AWS recommends for service roles.
        Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
      },
    ],
  });
}
