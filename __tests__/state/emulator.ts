import { execa } from 'execa';
import { setTimeout } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { ECRClient } from '@aws-sdk/client-ecr';
import { STSClient } from '@aws-sdk/client-sts';

/** An AWS emulator for one test file. */
export interface TestEmulator {
  readonly endpoint: string;

  /** Clients of an account, which the emulator tells by the access key. */
  readonly clients: (account?: string) => { readonly s3: S3Client; readonly ecr: ECRClient; readonly sts: STSClient };
  readonly stop: () => Promise<void>;
}

const IMAGE = 'cloudpe/emulator';

/** Why there can be no emulator here, in words fit for a skipped test; undefined when there can be one. */
export async function emulatorProblem(): Promise<string | undefined> {
  const { failed, exitCode } = await execa('docker', ['image', 'inspect', IMAGE], { reject: false });
  if (!failed) return undefined;
  return exitCode === undefined ? 'no docker' : `no engine, or no image ${IMAGE}: npm run up builds it`;
}

/** Starts an emulator of its own on any free port. */
export async function startEmulator(name: string): Promise<TestEmulator> {
  const container = `cloudpe-test-${name}-${process.pid}`;
  await execa('docker', [
    ...['run', '--detach', '--rm', '--name', container, '--publish', '127.0.0.1::4566'],
    ...['--env', `EMULATOR_NAME=${container}`, '--env', 'EMULATOR_NETWORK=bridge'],
    ...['--env', 'EMULATOR_REGISTRY=127.0.0.1:4566', '--env', 'MINISTACK_ACCOUNT_ID=000000000000', IMAGE],
  ]);
  const stop = async (): Promise<void> => {
    await execa('docker', ['rm', '--force', '--volumes', container]);
  };
  const { stdout } = await execa('docker', ['port', container, '4566/tcp']);
  const endpoint = `http://${stdout.split('\n')[0] ?? ''}`;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(`${endpoint}/_cloudpe/health`, { signal: AbortSignal.timeout(2000) }).catch(
      () => undefined,
    );
    if (answer?.ok === true) break;
    if (attempt === 120) {
      await stop();
      throw new Error('the emulator does not answer');
    }
    await setTimeout(500);
  }
  return {
    endpoint,
    stop,
    clients: (account = 'emulator') => {
      const common = {
        endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: account, secretAccessKey: 'emulator' },
        maxAttempts: 2,
      };
      return {
        s3: new S3Client({ ...common, forcePathStyle: true }),
        ecr: new ECRClient(common),
        sts: new STSClient(common),
      };
    },
  };
}
