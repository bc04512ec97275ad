import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ECRClient } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalImage } from '../../src/images/image-tag';
import { pushImage } from '../../src/local/images';
import { localSettings } from '../../src/local/settings';
import { scripted } from './scripted-run';

const settings = localSettings(process.cwd(), {});
const image: LocalImage = { name: 'frontend', folder: 'images/frontend', platform: 'linux/amd64', tag: 'abc' };
const unknown = { status: 400, body: { __type: 'RepositoryNotFoundException', message: 'no such repository' } };
const withTag = { status: 200, body: { images: [{ imageId: { imageTag: 'abc' } }] } };

let registry: Server;
let ecr: ECRClient;
let answers: { status: number; body: unknown }[];
let asked: number;

beforeEach(async () => {
  asked = 0;
  registry = createServer((_, response) => {
    const { status, body } = answers[Math.min(asked, answers.length - 1)] ?? unknown;
    asked += 1;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  ecr = new ECRClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'emulator', secretAccessKey: 'emulator' },
    maxAttempts: 1,
  });
});

afterEach(() => {
  ecr.destroy();
  registry.close();
});

const push = async (signal: AbortSignal): Promise<boolean> => pushImage(scripted({}).run, ecr, settings, image, signal);

describe('pushing an image', () => {
  test('waits until its repository is there, and pushes no tag twice', async () => {
    answers = [unknown, withTag];
    expect(await push(new AbortController().signal)).toBe(false);
    expect(asked).toBe(2);
  });

  test('ends with the reason when nobody makes the repository any more', async () => {
    answers = [unknown];
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort(new Error('the foundation failed'));
    }, 50);
    await expect(push(stop.signal)).rejects.toThrow('the foundation failed');
  });

  test('waits for nothing else', async () => {
    answers = [{ status: 403, body: { __type: 'AccessDeniedException', message: 'not allowed' } }];
    await expect(push(new AbortController().signal)).rejects.toThrow('not allowed');
    expect(asked).toBe(1);
  });
});
