import { Listr } from 'listr2';
import { awsClients } from './aws-clients';
import { engineProblem } from './docker-engine';
import { removeEmulator, runningEmulator } from './emulator-container';
import { forgetImages } from './images';
import { UP, withMachineLock } from './machine-lock';
import { listrOptions, type StepTask } from './progress';
import { run } from './run';
import type { LocalSettings } from './settings';
import { Stacks } from './stacks';
import { removeStaleLocks } from './state-bucket';
import { localTerraform } from './terraform';
import { shortTerraformLine } from './terraform-lines';
import { bucketOf } from './up';
import { deployedWorkspaces, forgetState, otherWorkspaces } from './workspaces';

/** Takes one workspace down: its resources, its state; with the last workspace goes the emulator. */
export async function down(settings: LocalSettings): Promise<void> {
  const { env: terraformEnv } = await localTerraform(settings);
  const stacks = new Stacks({ settings, terraformEnv });
  const { s3 } = awsClients(settings);
  const bucket = bucketOf(settings);
  const steps = new Listr(
    [
      {
        title: 'Destroy the stacks',
        task: async (_, task: StepTask) => {
          if ((await engineProblem(run)) !== undefined || (await runningEmulator(run)) === undefined) {
            task.skip('Destroy the stacks: the emulator does not run, there is nothing');
            return;
          }
          if (!(await deployedWorkspaces(s3, bucket)).includes(settings.workspace)) {
            task.skip(`Destroy the stacks: workspace ${settings.workspace} is not deployed`);
            return;
          }
          await stacks.synthesize();
          await removeStaleLocks(s3, bucket, settings.identity.statePrefix, run);
          await stacks.destroy((line) => {
            const short = shortTerraformLine(line);
            if (short !== undefined) task.output = short;
          });
          await forgetState(s3, bucket, settings.identity.statePrefix);
        },
      },
      {
        title: 'Remove the emulator',
        task: async (_, task: StepTask) => {
          stacks.clear();
          if ((await engineProblem(run)) !== undefined) {
            task.skip('Remove the emulator: no Docker engine answers');
            return;
          }
          await forgetImages(run, settings);
          await withMachineLock('emulator', async () => {
            const others = (await runningEmulator(run)) ? await otherWorkspaces(s3, bucket, settings.workspace) : [];
            if (others.length > 0) task.skip(`Remove the emulator: it serves ${others.join(', ')}`);
            else await removeEmulator(run);
          });
        },
      },
    ],
    listrOptions,
  );
  await withMachineLock(`${UP}${settings.workspace}`, async () => {
    await steps.run();
  });
}
