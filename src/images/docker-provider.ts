import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import type { TerraformStack } from 'cdktf';

/**
 * The Docker provider for the registry at `address` (`https://…`).
 *
 * The login is whatever `docker login` or a credential helper left in Docker's own configuration file: a token fetched by a
 * data source would lie in the state.
 */
export function addDockerProvider(stack: TerraformStack, address: string): DockerProvider {
  return new DockerProvider(stack, 'Docker', {
    registryAuth: [{ address, configFile: '~/.docker/config.json' }],
  });
}
