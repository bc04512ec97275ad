import { Aspects, type App } from 'cdktf';
import { boundaryArn } from './aws/deploy-role';
import { PermissionsBoundary } from './aws/permissions-boundary';
import { environments } from './config/environments';
import type { EnvironmentConfig } from './config/environment';
import type { Inputs } from './config/inputs';
import { Identity, PROJECT } from './identity';
import { localImage } from './images/image-tag';
import { ApplicationStack } from './stacks/application';
import { FoundationStack } from './stacks/foundation';
import { ImagesStack } from './stacks/images';
import { ObservabilityStack } from './stacks/observability';
import { StateStack } from './stacks/state';
import type { StateStore } from './state/backend';

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

  if (config.deployment.pipeline.kind === 'github') {
    const account = { id: config.account, region: config.region };
    const boundary = new PermissionsBoundary(boundaryArn(account, PROJECT, config.name));
    // cdktf asks each stack for its aspects, and never the app.
    for (const stack of app.node.children) Aspects.of(stack).add(boundary);
  }
}

/** Defines the stack that comes before all others: the bucket in which the environment of `config` keeps its state. */
export function defineState(app: App, config: EnvironmentConfig, bucket: string, store: StateStore): StateStack {
  // Environments of one account may share a bucket, and then share this stack.
  const others = Object.values(environments).filter(
    ({ name, state }) => name !== config.name && state.kind === 's3' && state.bucket === bucket,
  );
  return new StateStack(app, { project: PROJECT, environments: [config, ...others], bucket, store });
}
