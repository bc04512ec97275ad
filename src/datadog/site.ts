/** Datadog's sites: each is an installation of its own, with its own accounts. */
export const sites = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'ddog-gov.com',
] as const;

export type Site = (typeof sites)[number];

export const defaultSite: Site = 'us5.datadoghq.com';

export function siteProblems(field: string, site: string): string[] {
  return (sites as readonly string[]).includes(site)
    ? []
    : [`${field} must be one of ${sites.join(', ')}, got ${JSON.stringify(site)}`];
}

/** Where the Terraform provider sends its calls, such as `https://api.us5.datadoghq.com/`. */
export function apiUrl(site: string): string {
  return `https://api.${site}/`;
}

/** Where people see the traces of one `env`. Sites of three words are their own host, the others have it under `app`. */
export function tracesUrl(site: string, env: string): string {
  const host = site.split('.').length > 2 ? site : `app.${site}`;
  return `https://${host}/apm/traces?query=${encodeURIComponent(`env:${env}`)}`;
}

/** Where a log router sends lines: it differs by site, which modules of this kind tend to forget. */
export function logIntakeHost(site: string): string {
  return `http-intake.logs.${site}`;
}
