import { DescribeServicesCommand, ListServicesCommand } from '@aws-sdk/client-ecs';
import Table from 'cli-table3';
import { awsClients } from './aws-clients';
import { engineProblem } from './docker-engine';
import { runningEmulator } from './emulator-container';
import { pageStatus, pageUrl } from './page';
import { run } from './run';
import type { LocalSettings } from './settings';
import { bucketOf } from './up';
import { deployedWorkspaces } from './workspaces';

/** What runs, as text for a terminal. */
export async function status(settings: LocalSettings): Promise<string> {
  if ((await engineProblem(run)) !== undefined) return 'No Docker engine answers. Start the platform: npm run up';
  if (!(await runningEmulator(run))) return 'The emulator does not run. Start the platform: npm run up';
  const { ecs, s3 } = awsClients(settings);
  const workspaces = await deployedWorkspaces(s3, bucketOf(settings));
  if (!workspaces.includes(settings.workspace)) {
    return `Workspace ${settings.workspace} is not deployed; deployed: ${workspaces.join(', ') || 'none'}`;
  }
  const cluster = settings.identity.clusterName;
  const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
  const { services = [] } = serviceArns.length
    ? await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }))
    : {};
  const table = new Table({
    head: ['service', 'running', 'wanted', 'revision', 'last event'],
    style: { head: [], border: [] },
  });
  for (const service of services) {
    table.push([
      service.serviceName ?? '',
      service.runningCount ?? 0,
      service.desiredCount ?? 0,
      service.taskDefinition?.split('/').at(-1) ?? '',
      service.events?.[0]?.message ?? '',
    ]);
  }
  const answer = await pageStatus(settings).then(String, (error: unknown) =>
    error instanceof Error ? error.message : '',
  );
  return `${table.toString()}\n${pageUrl(settings)} answers ${answer}\nWorkspaces: ${workspaces.join(', ')}`;
}
