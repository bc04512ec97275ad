import type { DatadogConfig } from '../config/datadog';

/** What Datadog's API asks for: a key to report with, and for dashboards and monitors one that may change them. */
const KEYS: Readonly<Record<DatadogConfig['kind'], readonly string[]>> = {
  off: [],
  'test-agent': [],
  'agent-only': ['DD_API_KEY'],
  agent: ['DD_API_KEY', 'DD_APP_KEY'],
};

/**
 * The variables by which Terraform gets the key that agents report with.
 *
 * @throws Error when an environment that Datadog watches is deployed without Datadog's keys
 */
export function datadogVariables(
  { name, datadog }: { readonly name: string; readonly datadog: DatadogConfig },
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const keys = KEYS[datadog.kind];
  if (keys.length === 0) return {};
  const missing = keys.filter((key) => (variables[key] ?? '') === '');
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(' and ')} must be set: Datadog watches ${name}; take them from your secret store, they end up in SSM only`,
    );
  }
  // Terraform's name for the ephemeral variable `datadog_api_key` of the stacks.
  return { TF_VAR_datadog_api_key: variables.DD_API_KEY ?? '' };
}
