import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { EnvironmentConfig } from '../config/environment';

/**
 * Checks that the credentials belong to the environment's account.
 *
 * @returns who they are, as an ARN
 * @throws Error that says what to do
 */
export async function checkAccount(sts: STSClient, { name, account }: EnvironmentConfig): Promise<string> {
  const caller = await sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
    throw new Error(`no AWS credentials that work for ${name}: ${reason(error)}`);
  });
  if (caller.Account !== account) {
    throw new Error(
      `environments.${name}.account must be the account of your credentials: it is ${account}, they belong to ${String(caller.Account)} (${String(caller.Arn)}); ` +
        `choose others with AWS_PROFILE, or correct src/config/environments.ts`,
    );
  }
  return caller.Arn ?? account;
}

/**
 * Checks that whoever deploys does not mean another region: the environment's own is what counts, so a region chosen by
 * a variable and then not used is a mistake that should be seen.
 *
 * @throws Error that names the variable and both regions
 */
export function checkRegion(
  variables: Readonly<Record<string, string | undefined>>,
  { name, region }: EnvironmentConfig,
): void {
  for (const variable of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const value = variables[variable];
    if (value === undefined || value === '' || value === region) continue;
    throw new Error(
      `${variable} must be the region of ${name}, ${region}, or not be set, got ${JSON.stringify(value)}; ` +
        `unset ${variable}, or correct environments.${name}.region`,
    );
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch (error.name) {
    case 'CredentialsProviderError':
      return 'none were found; sign in (aws sso login) and choose a profile with AWS_PROFILE';
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'TokenProviderError':
      return 'they have expired; sign in again (aws sso login)';
    case 'InvalidClientTokenId':
    case 'SignatureDoesNotMatch':
      return 'AWS does not know them; choose others with AWS_PROFILE';
    default:
      return error.message;
  }
}
