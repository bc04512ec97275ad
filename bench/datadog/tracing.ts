/** `npx tsx bench/datadog/tracing.ts`: what tracing costs a request of the backend, same machine, same run. */
import { Platform } from '../../__tests__/contract/platform';

const warmUp = 100;
const rounds = 4;
const perRound = 200;

// Node would end (exit code 13) while nothing but a fetch is waited for: a timer keeps it.
const alive = setInterval(() => undefined, 1000);
const platform = await Platform.start({ sdkUrl: '/none.js', url: '/none' });
try {
  await platform.startPlain('plain');
  const addresses = {
    traced: await platform.address('backend', 4000),
    plain: await platform.address('plain', 4000),
  };
  const times: Record<string, Record<string, number[]>> = {};
  const measure = async (name: string, address: string, count: number, record: boolean) => {
    for (let index = 0; index < count; index++) {
      const create = await hit(`${address}/create`, JSON.stringify({ title: `bench ${index}`, text: '' }));
      const read = await hit(`${address}/notes?limit=20`);
      if (!record) continue;
      const own = (times[name] ??= { 'POST /create': [], 'GET /notes': [] });
      own['POST /create']?.push(create);
      own['GET /notes']?.push(read);
    }
  };
  for (const [name, address] of Object.entries(addresses)) await measure(name, address, warmUp, false);
  // Alternating, so that whatever else the machine does hits both alike.
  for (let round = 0; round < rounds; round++) {
    for (const [name, address] of Object.entries(addresses)) await measure(name, address, perRound, true);
  }
  for (const route of ['POST /create', 'GET /notes']) {
    for (const name of Object.keys(addresses)) {
      const sorted = [...(times[name]?.[route] ?? [])].sort((a, b) => a - b);
      const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
      console.log(
        `${route}, ${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${sorted.length} requests, one at a time)`,
      );
    }
  }
} finally {
  await platform.stop();
  clearInterval(alive);
}

async function hit(url: string, body?: string): Promise<number> {
  const started = performance.now();
  const answer = await fetch(
    url,
    body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body },
  );
  await answer.arrayBuffer();
  const took = performance.now() - started;
  if (!answer.ok) throw new Error(`${url} must answer below 400, got ${answer.status}`);
  return took;
}
