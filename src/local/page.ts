import { request } from 'node:http';
import pRetry from 'p-retry';
import { StepError } from './logged';
import type { LocalSettings } from './settings';

/** Where a browser finds the frontend of a workspace: every browser resolves names under `.localhost` to this machine. */
export function pageUrl({ identity, ports }: LocalSettings): string {
  return `http://${identity.shortName(32, 'frontend')}.alb.localhost:${ports.http}`;
}

/** The status with which the page answers; the request goes to the loopback whatever the name resolves to. */
export async function pageStatus(settings: LocalSettings, path = '/'): Promise<number> {
  const { host } = new URL(pageUrl(settings));
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port: settings.ports.http, path, headers: { host }, timeout: 5000 },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer within 5 s')));
    call.on('error', reject);
    call.end();
  });
}

/**
 * Waits until the page is served.
 *
 * @throws StepError when it is not within `seconds`
 */
export async function waitForPage(settings: LocalSettings, seconds: number): Promise<void> {
  const ask = async (): Promise<void> => {
    const status = await pageStatus(settings);
    if (status !== 200) throw new Error(`it answers ${status}`);
  };
  try {
    await pRetry(ask, { retries: seconds * 2, factor: 1, minTimeout: 500 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StepError(`the page is not served (${why})\nMore: npm run logs -- frontend`);
  }
}
