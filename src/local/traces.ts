import Table from 'cli-table3';
import { CONTAINER, LABEL } from './emulator-container';
import { lastWords, run } from './run';
import type { LocalSettings } from './settings';

interface Span {
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly error: number;
  /** Nanoseconds. */
  readonly duration: number;
}

/** What the application sent to the test agents of this workspace: one row for each service, span and resource. */
export async function traces({ identity }: LocalSettings): Promise<string> {
  const spans = (await Promise.all((await agents(identity.clusterName)).map(spansOf))).flat();
  if (spans.length === 0) return 'No traces yet: open the page, then ask again';
  const table = new Table({
    head: ['service', 'span', 'resource', 'count', 'errors', 'mean ms'],
    style: { head: [], border: [] },
  });
  const groups: Record<string, Span[]> = {};
  for (const span of spans) (groups[`${span.service}\n${span.name}\n${span.resource}`] ??= []).push(span);
  for (const [key, group] of Object.entries(groups).sort()) {
    const [service, name, resource = ''] = key.split('\n');
    const milliseconds = group.reduce((sum, { duration }) => sum + duration, 0) / group.length / 1e6;
    const errors = group.filter(({ error }) => error > 0).length;
    table.push([service, name, resource.slice(0, 60), group.length, errors, milliseconds.toFixed(1)]);
  }
  return table.toString();
}

/** The containers of the test agent in the tasks of one cluster. */
async function agents(cluster: string): Promise<string[]> {
  const filters = [`label=${LABEL}=${CONTAINER}`, 'label=com.amazonaws.ecs.container-name=datadog-agent'].flatMap(
    (filter) => ['--filter', filter],
  );
  const format = '{{.ID}} {{.Label "com.amazonaws.ecs.cluster"}}';
  const { stdout } = await run('docker', ['ps', ...filters, '--format', format]);
  return stdout.split('\n').flatMap((line) => {
    const [id = '', arn = ''] = line.split(' ');
    return arn.endsWith(`/${cluster}`) ? [id] : [];
  });
}

/** Asks a test agent from inside its container: its port is nobody else's. */
async function spansOf(container: string): Promise<Span[]> {
  const script =
    "import urllib.request as u;print(u.urlopen('http://127.0.0.1:8126/test/traces',timeout=5).read().decode())";
  const result = await run('docker', ['exec', container, 'python', '-c', script]);
  if (result.failed) throw new Error(`the test agent does not tell its traces: ${lastWords(result)}`);
  return (JSON.parse(result.stdout) as Span[][]).flat();
}
