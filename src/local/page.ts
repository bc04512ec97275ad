import pRetry from 'p-retry';
import { httpStatus } from './http-status';
import { StepError } from './logged';
import type { LocalSettings } from './settings';

/** Where a browser finds the frontend of a workspace: every browser resolves names under `.localhost` to this machine. */
export function pageUrl({ identity, ports }: LocalSettings): string {
  return `http://${identity.shortName(32, 'frontend')}.alb.localhost:${ports.http}`;
}

/** The status with which the page answers; the request goes to the loopback whatever the name resolves to. */
export async function pageStatus(settings: LocalSettings, path = '/'): Promise<number> {
  return httpStatus({ port: settings.ports.http, path, host: new URL(pageUrl(settings)).host });
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
