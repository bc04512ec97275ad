import { Image } from '@cdktf/provider-docker/lib/image';
import { RegistryImage } from '@cdktf/provider-docker/lib/registry-image';
import { Construct } from 'constructs';
import type { LocalImage } from './image-tag';

export interface ContainerImageProps {
  readonly image: LocalImage;

  /** `<registry>/<repository>` */
  readonly repositoryUrl: string;
}

/** An image built from a folder of this repository and pushed under its content's hash. */
export class ContainerImage extends Construct {
  public constructor(scope: Construct, id: string, { image, repositoryUrl }: ContainerImageProps) {
    super(scope, id);
    const triggers = { content: image.tag };
    const built = new Image(this, 'Built', {
      name: `${repositoryUrl}:${image.tag}`,
      // Relative to the stack's folder under cdktf.out, so that the plan is the same in every checkout.
      buildAttribute: { context: `\${path.module}/../../../images/${image.name}`, platform: image.platform },
      triggers,
      keepLocally: true,
    });
    new RegistryImage(this, 'Pushed', {
      name: built.name,
      triggers,
      // Rolling back needs the older images; the repository's lifecycle removes them.
      keepRemotely: true,
    });
  }
}
