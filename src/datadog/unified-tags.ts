import type { ServiceIdentity } from '../identity';

/** What a tracer reads: env, service and version of everything that it sends. */
export function tracerTags({ env, service, version }: ServiceIdentity): Record<string, string> {
  return { DD_ENV: env, DD_SERVICE: service, ...(version !== undefined && { DD_VERSION: version }) };
}

/** What the agent reads of a container; it cannot see the container's variables. */
export function labelTags({ env, service, version }: ServiceIdentity): Record<string, string> {
  return {
    'com.datadoghq.tags.env': env,
    'com.datadoghq.tags.service': service,
    ...(version !== undefined && { 'com.datadoghq.tags.version': version }),
  };
}

/** `env:test project:cloudpe`: what the agent adds to everything it sends. */
export function staticTags(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}:${value}`)
    .sort()
    .join(' ');
}
