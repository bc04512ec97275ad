// A program like main.ts for a product of so many services: what `bench/synth.ts` bundles and runs to see growth.
// SERVICES says how many; the current folder holds `images/`.
import { App } from 'cdktf';
import type { Construct } from 'constructs';
import { parseEnvironment } from '../src/config/environment';
import { environments } from '../src/config/environments';
import { Identity, PROJECT } from '../src/identity';
import { localImage } from '../src/images/image-tag';
import { ApplicationStack, type ApplicationStackProps } from '../src/stacks/application';
import { FoundationStack } from '../src/stacks/foundation';
import { ImagesStack } from '../src/stacks/images';
import { ObservabilityStack } from '../src/stacks/observability';

/** The services that the product has, and workers without a balancer beside them. */
class ManyServices extends ApplicationStack {
  public constructor(scope: Construct, props: ApplicationStackProps, workers: readonly string[]) {
    super(scope, props);
    for (const worker of workers) {
      this.service(worker, {
        container: { name: `${worker}-container`, image: this.imageOf(worker), environment: { APP_ENV: 'prod' } },
      });
    }
  }
}

const { prod } = environments;
const names = Array.from({ length: Number(process.env.SERVICES) - 2 }, (_, index) => `worker${index + 1}`);
const row = { ...prod.services.backend, tasks: { min: 1, max: 2, desired: 1 } };
const config = parseEnvironment({
  ...prod,
  services: { ...prod.services, ...Object.fromEntries(names.map((name) => [name, row])) },
});
const identity = new Identity({ project: PROJECT, environment: config.name, workspace: 'default' });
const images = Object.fromEntries(
  Object.entries(config.services).map(([name, { architecture }]) => [
    name,
    localImage(process.cwd(), name, architecture),
  ]),
);

const app = new App();
const foundation = new FoundationStack(app, { config, identity });
new ImagesStack(app, { config, identity, foundation, images });
if (config.datadog.kind === 'agent') new ObservabilityStack(app, { config, identity, datadog: config.datadog });
new ManyServices(app, { config, identity, foundation, images, version: 'bench' }, names);
app.synth();
