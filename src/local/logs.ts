import { setTimeout as sleep } from 'node:timers/promises';
import { FilterLogEventsCommand, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { awsClients } from './aws-clients';
import type { LocalSettings } from './settings';

export interface LogsProps {
  /** Such as `backend`. */
  readonly service: string;

  /** Whether to stay and print what comes. */
  readonly follow: boolean;
  readonly print: (line: string) => void;
}

/**
 * Prints what the containers of a service wrote, from its CloudWatch log group.
 *
 * @throws Error when there is no such service
 */
export async function logs(settings: LocalSettings, { service, follow, print }: LogsProps): Promise<void> {
  const services = Object.keys(settings.config.services);
  if (!services.includes(service)) {
    throw new Error(`the service must be one of ${services.join(', ')}, got ${JSON.stringify(service)}`);
  }
  const client = awsClients(settings).logs;
  const logGroupName = `/ecs/${settings.identity.name()}/${service}-container`;
  const seen = new Set<string>();
  let startTime: number | undefined;
  do {
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new FilterLogEventsCommand({ logGroupName, startTime, ...(nextToken !== undefined && { nextToken }) }),
      );
      for (const event of page.events ?? []) {
        const key = keyOf(event);
        if (seen.has(key)) continue;
        seen.add(key);
        startTime = Math.max(startTime ?? 0, event.timestamp ?? 0);
        print(`${event.logStreamName?.split('/')[0] ?? ''}  ${event.message?.trimEnd() ?? ''}`);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    if (follow) await sleep(1000);
  } while (follow);
}

function keyOf({ eventId, logStreamName, timestamp, message }: FilteredLogEvent): string {
  return eventId ?? `${logStreamName ?? ''} ${timestamp ?? 0} ${message ?? ''}`;
}
