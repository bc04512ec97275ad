import type { Construct } from 'constructs';
import { ContainerImage } from '../images/container-image';
import { addDockerProvider } from '../images/docker-provider';
import type { LocalImage } from '../images/image-tag';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import type { FoundationStack } from './foundation';

export interface ImagesStackProps extends EnvironmentStackProps {
  readonly foundation: FoundationStack;

  /** By service. */
  readonly images: Readonly<Record<string, LocalImage>>;
}

/** The images, built and pushed: the only stack that needs a Docker engine. */
export class ImagesStack extends EnvironmentStack {
  public constructor(scope: Construct, props: ImagesStackProps) {
    super(scope, 'images', props);
    const { account } = this;
    addDockerProvider(this, `https://${account.id}.dkr.ecr.${account.region}.amazonaws.com`);
    for (const [name, repository] of Object.entries(props.foundation.repositories)) {
      const image = props.images[name];
      if (!image) throw new Error(`images must have an entry for ${name}`);
      new ContainerImage(this, name.charAt(0).toUpperCase() + name.slice(1), { image, repositoryUrl: repository.url });
    }
  }
}
