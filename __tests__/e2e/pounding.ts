import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from './platform';

/** At most so many requests, ten a second: bounded, and gentle on two processors. */
const LIMIT = 5000;
const PAUSE_MS = 100;

export interface Load {
  /** Ends it. `failed` holds what was not answered 200. */
  stop(): Promise<{ sent: number; failed: string[] }>;
}

/** Asks for `target` again and again until it is stopped. */
export function pounding(platform: Platform, target: string): Load {
  const end = new AbortController();
  let sent = 0;
  const failed: string[] = [];
  const work = (async () => {
    while (!end.signal.aborted && sent < LIMIT) {
      sent += 1;
      const outcome = await platform.ask('GET', target).then(
        ({ status }) => String(status),
        (error: unknown) => String(error),
      );
      if (outcome !== '200') failed.push(outcome);
      await sleep(PAUSE_MS);
    }
  })();
  return {
    stop: async () => {
      end.abort();
      await work;
      return { sent, failed };
    },
  };
}
