import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EnvironmentConfig } from '../../src/config/environment';
import { environments } from '../../src/config/environments';
import { run } from '../../src/local/run';
import { availableProviders, terraformConfig } from '../../src/local/terraform-config';
import { ROOT, stacksOf } from '../support/environments';
import { providersOf, withMockedStack, withStack } from './mock';

const { test: testRow, prod } = environments;

/** What is deployed, and prod with all that costs a deliberate line. */
const SUBJECTS: Readonly<Record<string, EnvironmentConfig>> = {
  test: testRow,
  prod,
  'test in another region, its zones looked up, without a way out': {
    ...testRow,
    region: 'eu-west-1',
    datadog: { kind: 'off' },
    network: {
      ...testRow.network,
      nat: 'none',
      endpoints: ['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'kms'],
      zones: testRow.network.zones.map(({ publicCidr, privateCidr }) => ({ publicCidr, privateCidr })),
    },
  },
  'prod at its fullest': {
    ...prod,
    network: { ...prod.network, endpoints: ['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'ssmmessages', 'kms'] },
    edge: { ...prod.edge, backend: 'public', domain: { name: 'app.example.com', zone: 'example.com' } },
    database: {
      ...prod.database,
      ...{ instanceClass: 'db.m7g.large', performanceInsights: true, blueGreenUpdate: true },
      instances: { main: { deletionProtection: false }, restored: { fromSnapshot: 'before-the-accident' } },
      serving: 'restored',
    },
    services: {
      frontend: { ...prod.services.frontend, exec: 'on', spotPercent: 50, architecture: 'arm64' },
      backend: {
        ...prod.services.backend,
        exec: 'on',
        schedules: { night: { schedule: 'cron(0 22 * * ? *)', timezone: 'UTC', minTasks: 1, maxTasks: 1 } },
      },
    },
  },
};

const stacks = Object.entries(SUBJECTS).flatMap(([subject, config]) =>
  Object.entries(stacksOf(config)).map(([name, stack]) => ({ subject, name, stack })),
);
const providers = [
  ...new Map(stacks.flatMap(({ stack }) => providersOf(stack)).map((provider) => [provider.source, provider])).values(),
];
const terraform = await terraformConfig({
  // A folder of its own: the file that `npm run up` reads stays as it is.
  stateFolder: path.join(ROOT, '.cloudpe/terraform-test'),
  providers,
  environment: process.env,
});
const availability = await availableProviders(providers, terraform, run);

/** Runs Terraform in `folder` and returns what it says, and how it ended. */
async function inside(folder: string, ...args: string[]): Promise<{ exitCode: number | undefined; output: string }> {
  const { exitCode, stdout, stderr } = await run('terraform', [...args, '-no-color'], {
    cwd: folder,
    env: terraform.env,
  });
  return { exitCode, output: `${stdout}\n${stderr}` };
}

describe.each(stacks)('$name of $subject', ({ stack }) => {
  const why = providersOf(stack).flatMap(({ source }) => {
    const answer = availability.get(source);
    return answer?.available === false ? [answer.reason] : [];
  });
  if (why.length > 0) process.stderr.write(`SKIPPED ${stack.name}: ${why.join('; ')}\n`);

  test.skipIf(why.length > 0)(`is valid${because(why)}`, async () => {
    await withStack(stack, async (folder) => {
      await inside(folder, 'init', '-backend=false', '-input=false');
      expect(await inside(folder, 'validate')).toEqual({
        exitCode: 0,
        output: expect.stringContaining('The configuration is valid') as string,
      });
    });
  });

  test.skipIf(why.length > 0)(`plans and applies in full with mocked providers${because(why)}`, async () => {
    await withMockedStack(stack, async (folder) => {
      await inside(folder, 'init', '-input=false');
      expect(await inside(folder, 'test')).toEqual({
        exitCode: 0,
        output: expect.stringContaining('2 passed, 0 failed') as string,
      });
    });
  });
});

function because(why: readonly string[]): string {
  return why.length === 0 ? '' : ` (skipped: ${why.join('; ')})`;
}
