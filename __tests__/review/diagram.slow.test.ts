import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagram } from '../../src/review/diagram';

const file = join(import.meta.dirname, '../../docs/architecture.svg');

describe('the architecture diagram', { timeout: 60_000 }, () => {
  test('shows the tiers and only the connections that are allowed', async () => {
    const svg = await diagram();
    for (const text of ['VPC 10.0.0.0/16', 'cloudpe', 'tcp 3306', 'tcp 4000', 'the internet'])
      expect(svg.replaceAll('&#45;', '-')).toContain(text);
    expect(await diagram()).toBe(svg);
  });

  test.skipIf(!existsSync(file))('in docs/ is fresh (else: npm run diagram)', async () => {
    expect(readFileSync(file, 'utf8')).toBe(await diagram());
  });
});
