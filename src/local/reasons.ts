import type { Difference } from './differences';

/** Why the local platform differs from AWS in some places. The table in the README is made of these rows. */
export interface Reason {
  /** Which differences it explains: `<type> <construct> <argument>: <on AWS> → <here>`. The first row that matches counts. */
  readonly explains: RegExp;

  /** What there is on this machine. */
  readonly here: string;
  readonly why: string;
}

export const REASONS: readonly Reason[] = [
  {
    explains: /^stack images: /,
    here: '`up` builds with the local engine and pushes into the emulator’s registry, under the same tags',
    why: 'one provider less to fetch, and only what changed is built',
  },
  {
    explains:
      /^(stack|terraform_remote_state) \S*observability: | container_definitions\.frontend-container\.environment\.RUM_/,
    here: 'no dashboard, monitor, SLO or RUM application',
    why: 'they live in Datadog, which outlives the emulator’s memory of them',
  },
  {
    explains: / MysqlCollector\/|^output \S*Database_Instance\w*address\./,
    here: 'no task that asks MySQL for its figures',
    why: 'nobody receives them',
  },
  {
    explains:
      /^variable\b| DatadogApiKey\/|^output \S*DatadogApiKey| Frontend\/Roles\/StartPolicy policy\.Statement\.(Read|Decrypt)InjectedParameters\.|\/Roles\/StartPolicy \S*\.Resource\.\d+: .*DatadogApiKey/,
    here: 'no parameter for a key, and no right to read it; with `DD_API_KEY` both are there',
    why: 'the test agent needs no key',
  },
  {
    explains:
      / container_definitions\.datadog-agent\.| container_definitions\.\S+\.DD_(INSTRUMENTATION_TELEMETRY|RUNTIME_METRICS)_ENABLED\./,
    here: '`ddapm-test-agent` in the agent’s container, which takes traces and nothing else',
    why: 'no account needed; `npm run traces` shows them',
  },
  {
    explains: / container_definitions\.\S+-container\.dependsOn\.\d+\.condition: "HEALTHY" → "START"$/,
    here: 'an application starts with the test agent, not after its first health check',
    why: 'the check comes after 5 s, and a person waits for the release',
  },
  {
    explains: /^aws_appautoscaling_scheduled_action /,
    here: 'the day’s limits at night too',
    why: 'a task costs nothing here',
  },
  {
    explains: /^(provider|terraform|terraform_remote_state) |\.AWS_ENDPOINT_URL\./,
    here: 'the emulator’s address and its credentials, for Terraform, the state and the backend',
    why: 'it stands in the place of AWS',
  },
  {
    explains: /\.TRUSTED_PROXIES\./,
    here: 'the networks of Docker',
    why: 'the emulator’s balancers forward from there, not from the subnets',
  },
  {
    explains: /\.DATABASE_TLS\./,
    here: 'TLS that encrypts and does not check the certificate',
    why: 'only RDS has a certificate of the RDS roots',
  },
  {
    explains:
      /^aws_lb_target_group \S+ health_check\.interval: | container_definitions\.\S+-container\.healthCheck\.interval: /,
    here: 'health checks every 5 s',
    why: 'a release is ready when it was found healthy, and a person waits for it',
  },
  {
    explains: /^aws_iam_role \S+ permissions_boundary: /,
    here: 'roles without a boundary',
    why: 'no pipeline deploys to this machine',
  },
];

/** The row that explains `difference`. */
export function reasonOf(difference: Difference, reasons: readonly Reason[] = REASONS): Reason | undefined {
  const { type, where, here = 'none', there = 'none' } = difference;
  return reasons.find(({ explains }) => explains.test(`${type} ${where}: ${here} → ${there}`));
}

/** A Markdown table: what differs, what is on this machine instead, and why. */
export function differencesTable(differences: readonly Difference[]): string {
  const rows = REASONS.map((reason) => {
    const explained = differences.filter((difference) => reasonOf(difference) === reason);
    return `| ${inWords(explained)} | ${reason.here} | ${reason.why} |`;
  });
  return ['| against `test` | on this machine | why |', '|---|---|---|', ...rows].join('\n');
}

function inWords(differences: readonly Difference[]): string {
  const missing = namesOf(differences.filter(({ there, here }) => here === 'there' && there === undefined));
  const changed = namesOf(differences.filter(({ there, here }) => here !== 'there' && there !== 'there'));
  return [
    ...(missing.length > 0 ? [`no ${missing.join(', ')}`] : []),
    ...(changed.length > 0 ? [`other arguments of ${changed.join(', ')}`] : []),
  ].join('; ');
}

function namesOf(differences: readonly Difference[]): string[] {
  return [
    ...new Set(differences.map(({ type, where }) => (type === 'stack' ? `\`${type} ${where}\`` : `\`${type}\``))),
  ].sort();
}
