import { createServer, type IncomingMessage, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { inflateSync } from 'node:zlib';
import { chromium, type Browser } from 'playwright-core';
import type { BrowserEvent } from '../datadog/support/evidence';

const sdk = new URL('../../node_modules/@datadog/browser-rum/bundle/', import.meta.url);

/** Stands where Datadog's CDN and intake do: gives the SDK out, and keeps the events that browsers send. */
export class Intake {
  public readonly events: BrowserEvent[] = [];

  private constructor(
    private readonly server: Server,
    private readonly origin: string,
  ) {}

  public get url(): string {
    return `${this.origin}/intake`;
  }

  public get sdkUrl(): string {
    return `${this.origin}/sdk/datadog-rum.js`;
  }

  public static async start(): Promise<Intake> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const intake = new Intake(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      response.setHeader('Access-Control-Allow-Origin', '*');
      const path = new URL(request.url ?? '/', intake.origin).pathname;
      if (path.startsWith('/sdk/')) {
        response.setHeader('Content-Type', 'text/javascript');
        void readFile(new URL(path.replace('/sdk/', ''), sdk)).then((file) => response.end(file));
      } else {
        void intake.take(request).finally(() => response.writeHead(202).end());
      }
    });
    return intake;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    // The address that the SDK would have called, had nobody stood in between.
    const target = new URL(request.url ?? '/', this.url).searchParams.get('ddforward') ?? '';
    if (!target.startsWith('/api/v2/rum')) return;
    const body = Buffer.concat(chunks);
    const text = target.includes('dd-evp-encoding=deflate') ? inflateSync(body).toString() : body.toString();
    const lines = text.split('\n').filter((line) => line !== '');
    // What is the same for all events of a batch travels in the address in some versions of the SDK.
    const shared = new URL(target, this.url).searchParams.get('ddtags');
    for (const line of lines) {
      const event = JSON.parse(line) as BrowserEvent;
      this.events.push(shared === null || 'ddtags' in event ? event : { ...event, ddtags: shared });
    }
  }
}

export async function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
}
