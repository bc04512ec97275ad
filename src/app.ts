import type { App } from 'cdktf';
import type { Inputs } from './config/inputs';
import { Identity, PROJECT } from './identity';
import { localImage } from './images/image-tag';
import { ApplicationStack } from './stacks/application';
import { FoundationStack } from './stacks/foundation';
import { ImagesStack } from './stacks/images';
import { ObservabilityStack } from './stacks/observability';

/** Defines all stacks of one environment; `root` is the folder that holds `images/`. */
export function defineEnvironment(app: App, { config, workspace, version }: Inputs, root: string): void {
  const identity = new Identity({ project: PROJECT, environment: config.name, workspace });
  const environment = { config, identity };
  const images = Object.fromEntries(
    Object.entries(config.services).map(([name, { architecture }]) => [name, localImage(root, name, architecture)]),
  );

  const foundation = new FoundationStack(app, environment);
  const built = config.images === 'stack' ? new ImagesStack(app, { ...environment, foundation, images }) : undefined;
  const observability =
    config.datadog.kind === 'agent'
      ? new ObservabilityStack(app, { ...environment, datadog: config.datadog })
      : undefined;
  const application = new ApplicationStack(app, {
    ...environment,
    foundation,
    images,
    version,
    ...(observability && { rum: observability.rum }),
  });
  // Tasks name an image by its tag, which is known before the image exists.
  if (built) application.addDependency(built);
}
