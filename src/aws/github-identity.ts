import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider';
import { Construct } from 'constructs';
import type { Account } from './account';

const ISSUER = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';

export interface GithubIdentityProps {
  readonly account: Account;

  /** Whether the account has it already: there is one for all repositories. */
  readonly provider: 'create' | 'existing';
}

/** What lets jobs of GitHub Actions take a role with a token that lives for minutes. */
export class GithubIdentity extends Construct {
  private readonly arn: string;

  public constructor(scope: Construct, id: string, { account, provider }: GithubIdentityProps) {
    super(scope, id);
    this.arn =
      provider === 'create'
        ? // AWS trusts GitHub's certificate by its authority: no thumbprint is needed.
          new IamOpenidConnectProvider(this, 'Provider', { url: `https://${ISSUER}`, clientIdList: [AUDIENCE] }).arn
        : `arn:aws:iam::${account.id}:oidc-provider/${ISSUER}`;
  }

  /** The policy by which jobs of one environment of one repository, and nobody else, may take a role. */
  public trust(repository: string, environment: string): string {
    return JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'JobsOfOneEnvironment',
          Effect: 'Allow',
          Principal: { Federated: this.arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              [`${ISSUER}:aud`]: AUDIENCE,
              // Exact, without a wildcard: `repo:owner/*` would let every repository of the owner deploy.
              [`${ISSUER}:sub`]: `repo:${repository}:environment:${environment}`,
            },
          },
        },
      ],
    });
  }
}
