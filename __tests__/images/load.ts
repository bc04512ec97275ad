import { Agent, request } from 'node:http';

/** What one request came to: a status, or the error's code when the connection broke. */
export type Outcome = number | string;

/** One request over a kept connection, by hand: `fetch` repeats and pools behind a test's back. */
export async function send(agent: Agent, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Outcome> {
  const data = body === undefined ? undefined : JSON.stringify(body);
  return await new Promise((resolve) => {
    const outgoing = request(
      url,
      {
        agent,
        method: data === undefined ? 'GET' : 'POST',
        headers: data === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
        timeout: 30_000,
      },
      (incoming) => {
        incoming.resume();
        incoming.on('end', () => { resolve(incoming.statusCode ?? 0); });
        incoming.on('error', (error: NodeJS.ErrnoException) => { resolve(error.code ?? error.message); });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', (error: NodeJS.ErrnoException) => { resolve(error.code ?? error.message); });
    outgoing.end(data);
  });
}

export function count(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Clients that send one request after the other until told to stop; each keeps its connection. */
export class Load {
  readonly outcomes: Outcome[] = [];
  private running = true;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly clients: Promise<void>[];

  constructor(clients: number, one: (agent: Agent) => Promise<Outcome>, pause = 0) {
    this.clients = Array.from({ length: clients }, async () => {
      while (this.running) {
        this.outcomes.push(await one(this.agent));
        if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    });
  }

  async stop(): Promise<Record<string, number>> {
    this.running = false;
    await Promise.all(this.clients);
    this.agent.destroy();
    return count(this.outcomes);
  }
}
