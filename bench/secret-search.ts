// Searches what a deployment leaves behind for the secrets that SSM holds: ENVIRONMENT=local npx tsx bench/secret-search.ts
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import { deployClients } from '../src/deploy/clients';
import { deploySettings } from '../src/deploy/settings';

const settings = deploySettings(process.cwd(), process.env);
const { config, identity } = settings;
if (config.state.kind !== 's3') throw new Error(`state.kind must be s3, got ${config.state.kind}`);
const { s3 } = deployClients(settings);
const ssm = new SSMClient({
  region: config.region,
  ...(config.emulator && {
    endpoint: config.emulator.endpoint,
    credentials: { accessKeyId: 'emulator', secretAccessKey: 'emulator' },
  }),
});

const secrets = new Map<string, string>();
const query = { Path: identity.path(), Recursive: true, WithDecryption: true };
for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, query)) {
  for (const { Name = '', Type, Value = '' } of Parameters) if (Type === 'SecureString') secrets.set(Name, Value);
}
if (secrets.size === 0) throw new Error(`no SecureString under ${identity.path()}: deploy first`);

let hits = 0;
function search(what: string, text: string): void {
  for (const [name, value] of secrets) {
    if ([value, Buffer.from(value).toString('base64')].some((form) => text.includes(form))) {
      hits += 1;
      console.log(`FOUND the value of ${name} in ${what}`);
    }
  }
}

let versions = 0;
const list = await s3.send(
  new ListObjectVersionsCommand({ Bucket: config.state.bucket, Prefix: identity.statePrefix }),
);
for (const { Key, VersionId } of list.Versions ?? []) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: config.state.bucket, Key, VersionId }));
  search(`${String(Key)} ${String(VersionId)}`, (await Body?.transformToString()) ?? '');
  versions += 1;
}

let files = 0;
/** Everything that synth, plan and apply wrote, but for the providers' own binaries. */
function walk(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'providers') walk(file);
    } else if (entry.isFile() && statSync(file).size < 50_000_000) {
      search(file, readFileSync(file, 'latin1'));
      files += 1;
    }
  }
}
for (const folder of ['deploy', 'logs']) walk(path.join(settings.stateFolder, folder, identity.name()));

console.log(
  `${secrets.size} secrets, ${versions} versions of states and notes, ${files} files of synth, plans and logs: ${hits} hits`,
);
process.exitCode = hits === 0 ? 0 : 1;
