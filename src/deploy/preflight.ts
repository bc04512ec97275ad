import path from 'node:path';
import type { Run } from '../local/run';
import { checkAccount, checkRegion } from './account';
import type { DeployClients } from './clients';
import type { DeploySettings } from './settings';
import { checkStateBucket } from './state-bucket';
import { checkVersions } from './versions';

/**
 * Checks that this machine and these credentials may work on the environment; changes nothing.
 *
 * @returns who the credentials are
 * @throws Error of the first check that fails, with what to do
 */
export async function preflight(settings: DeploySettings, run: Run, { sts }: DeployClients): Promise<string> {
  const { config, root, variables } = settings;
  if (!config.emulator) checkRegion(variables, config);
  await checkVersions(run, path.join(root, 'node_modules/.bin/cdktf'));
  return checkAccount(sts, config);
}

/** Checks the state bucket, where the environment's state is in one. */
export async function preflightState({ config }: DeploySettings, { s3 }: DeployClients): Promise<void> {
  const { state, account, name } = config;
  if (state.kind === 's3') await checkStateBucket(s3, { bucket: state.bucket, account, environment: name });
}
