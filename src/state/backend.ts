import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from 'cdktf';

/** Where a stack keeps its state. */
export type StateStore =
  | { readonly kind: 's3'; readonly bucket: string; readonly region: string; readonly endpoint?: string }
  | { readonly kind: 'hcp'; readonly organization: string }
  | { readonly kind: 'file'; readonly folder: string };

/**
 * Gives `stack` a state of its own at `key` (`<project>/<workspace>/<environment>/<stack>.tfstate`).
 *
 * HCP Terraform has names instead of keys: there the workspace is called like the stack.
 */
export function addBackend(stack: TerraformStack, key: string, store: StateStore): void {
  switch (store.kind) {
    case 's3': {
      const backend = new S3Backend(stack, {
        bucket: store.bucket,
        key,
        region: store.region,
        // No `encrypt`: it asks S3 for its own keys. Without it the bucket's default holds, which is the `state` stack's key.
        ...(store.endpoint !== undefined && emulated(store.endpoint)),
      });
      // cdktf 0.21 does not know the argument (hashicorp/terraform-cdk#3889).
      backend.addOverride('use_lockfile', true);
      return;
    }
    case 'hcp':
      // References between stacks need a *named* workspace.
      new CloudBackend(stack, {
        organization: store.organization,
        workspaces: new NamedCloudWorkspace(stack.node.id),
      });
      return;
    case 'file':
      new LocalBackend(stack, { path: `${store.folder}/${key}` });
      return;
  }
}

/** Stacks that read this one copy these settings, so they are props and not overrides. */
function emulated(endpoint: string): Partial<ConstructorParameters<typeof S3Backend>[1]> {
  return {
    accessKey: 'emulator',
    secretKey: 'emulator',
    endpoints: { s3: endpoint },
    usePathStyle: true,
    skipCredentialsValidation: true,
    skipMetadataApiCheck: true,
    skipRequestingAccountId: true,
    skipRegionValidation: true,
  };
}
