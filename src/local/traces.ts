import Table from 'cli-table3';
import { testAgentImage } from '../datadog/test-agent';
import { tracesUrl } from '../datadog/site';
import { CONTAINER, LABEL } from './emulator-container';
import { lastWords, type Run } from './run';
import type { LocalSettings } from './settings';

interface Span {
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly error: number;
  /** Nanoseconds. */
  readonly duration: number;
}

/**
 * What the application sent to the test agents of this workspace: one row for each service, span and resource. Where
 * Datadog's agent runs in their place, where to look instead.
 */
export async function traces(run: Run, { identity, config: { datadog } }: LocalSettings): Promise<string> {
  const running = await agents(run, identity.clusterName);
  if (running.some(({ image }) => image !== testAgentImage)) {
    const site = datadog.kind === 'test-agent' ? datadog.withKey?.site : 'site' in datadog ? datadog.site : undefined;
    const where = site === undefined ? 'in Datadog' : tracesUrl(site, identity.env);
    return `Datadog's agent runs beside the tasks: see the traces at ${where}`;
  }
  const spans = (await Promise.all(running.map(({ id }) => spansOf(run, id)))).flat();
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

/** The sidecars in the tasks of one cluster. */
async function agents(run: Run, cluster: string): Promise<{ readonly id: string; readonly image: string }[]> {
  const filters = [`label=${LABEL}=${CONTAINER}`, 'label=com.amazonaws.ecs.container-name=datadog-agent'].flatMap(
    (filter) => ['--filter', filter],
  );
  const format = '{{.ID}} {{.Image}} {{.Label "com.amazonaws.ecs.cluster"}}';
  const { stdout } = await run('docker', ['ps', ...filters, '--format', format]);
  return stdout.split('\n').flatMap((line) => {
    const [id = '', image = '', arn = ''] = line.split(' ');
    return arn.endsWith(`/${cluster}`) ? [{ id, image }] : [];
  });
}

/** Asks a test agent from inside its container: its port is nobody else's. */
async function spansOf(run: Run, container: string): Promise<Span[]> {
  const script =
    "import urllib.request as u;print(u.urlopen('http://127.0.0.1:8126/test/traces',timeout=5).read().decode())";
  const result = await run('docker', ['exec', container, 'python', '-c', script]);
  if (result.failed) throw new Error(`the test agent does not tell its traces: ${lastWords(result)}`);
  return (JSON.parse(result.stdout) as Span[][]).flat();
}
