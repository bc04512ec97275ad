import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListServicesCommand,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import { StepError } from './logged';

/**
 * Refuses a release that ECS took back: Terraform calls it applied, because the service is steady again with the old tasks.
 *
 * @throws StepError that names the service and its two revisions
 */
export async function refuseRollback(ecs: ECSClient, cluster: string): Promise<void> {
  const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
  if (serviceArns.length === 0) return;
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }));
  for (const { serviceName = '', taskDefinition: runs = '' } of services) {
    const family = runs.split('/').at(-1)?.split(':')[0] ?? '';
    const { taskDefinition: newest } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
    const [now, wanted] = [runs, newest?.taskDefinitionArn ?? ''].map((arn) => arn.split(':').at(-1));
    if (now !== wanted) {
      const tier = serviceName.split('-').at(-1) ?? '';
      throw new StepError(
        `the release of ${tier} was taken back: its new tasks (revision ${wanted ?? '?'}) did not become healthy, revision ${now ?? '?'} serves\nMore: npm run logs -- ${tier}`,
      );
    }
  }
}
