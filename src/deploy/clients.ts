import { ECRClient } from '@aws-sdk/client-ecr';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { DeploySettings } from './settings';

export interface DeployClients {
  readonly ecr: ECRClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

/** Clients with the credentials of whoever deploys; an emulator takes any. */
export function deployClients({ config }: Pick<DeploySettings, 'config'>): DeployClients {
  const { emulator, region, state } = config;
  const common = {
    region,
    maxAttempts: 3,
    ...(emulator && {
      endpoint: emulator.endpoint,
      credentials: { accessKeyId: 'emulator', secretAccessKey: 'emulator' },
    }),
  };
  return {
    ecr: new ECRClient(common),
    s3: new S3Client({
      ...common,
      region: state.kind === 's3' ? state.region : region,
      ...(emulator && { forcePathStyle: true }),
    }),
    sts: new STSClient(common),
  };
}
