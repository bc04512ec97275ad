import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { environments } from '../../src/config/environments';
import { ROOT, stacksOf } from '../support/environments';
import { installCheckov, scan, type Scan } from './checkov';
import { ROLES, SKIPS, type Skip } from './checkov-skips';

const { prod } = environments;

/** checkov needs PyPI, once; a machine without it says so instead of passing. */
const installed = await installCheckov(path.join(ROOT, '.cloudpe')).catch((error: unknown) => error as Error);
const why = installed instanceof Error ? installed.message.replace(/\s+/g, ' ') : undefined;
if (why !== undefined) process.stderr.write(`SKIPPED checkov: ${why}\n`);

describe.skipIf(why !== undefined)(`checkov over prod${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let plain: Scan;
  let withDomain: Scan;

  beforeAll(async () => {
    const scanned = (config: typeof prod): Promise<Scan> => scan(String(installed), Object.values(stacksOf(config)));
    plain = await scanned(prod);
    withDomain = await scanned({
      ...prod,
      edge: { ...prod.edge, domain: { name: 'app.example.com', zone: 'example.com' } },
    });
    process.stderr.write(
      `checkov over prod: ${plain.passed} passed, ${plain.findings.length} accepted by ${SKIPS.length} skips\n`,
    );
  });

  test('finds nothing that nobody accepted', () => {
    expect(plain.findings.filter((finding) => !SKIPS.some((skip) => accepts(skip, finding)))).toEqual([]);
  });

  test('finds nothing more with a domain', () => {
    expect(withDomain.findings.filter((finding) => !SKIPS.some((skip) => accepts(skip, finding)))).toEqual([]);
  });

  test('with a domain, finds HTTPS at the public door', () => {
    const ids = withDomain.findings
      .filter(({ resource }) => resource.includes('FrontendBalancer_'))
      .map(({ id }) => id);
    for (const id of ['CKV_AWS_2', 'CKV_AWS_103', 'CKV2_AWS_20']) expect(ids).not.toContain(id);
  });

  test.each(SKIPS)('still needs the skip of $id for $resource', (skip) => {
    expect(plain.findings.filter((finding) => accepts(skip, finding))).not.toEqual([]);
  });
});

test.each(SKIPS)('the skip of $id for $resource says why and who accepts it', ({ reason, acceptedBy }) => {
  expect(reason.length).toBeGreaterThan(20);
  expect(Object.values(ROLES)).toContain(acceptedBy);
});

function accepts(skip: Skip, { id, resource }: { id: string; resource: string }): boolean {
  return skip.id === id && skip.resource.test(resource);
}
