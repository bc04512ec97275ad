import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { withMachineLock, workUnder } from '../../src/local/machine-lock';

test('the work that goes on under a prefix is known while it goes on', async () => {
  const prefix = `test-${randomUUID()}-`;
  expect(await workUnder(prefix)).toEqual([]);
  const during = await withMachineLock(`${prefix}a`, () => withMachineLock(`${prefix}b`, () => workUnder(prefix)));
  expect(during.sort()).toEqual(['a', 'b']);
  expect(await workUnder(prefix)).toEqual([]);
});

test('a failure ends the work, too', async () => {
  const prefix = `test-${randomUUID()}-`;
  await expect(withMachineLock(`${prefix}a`, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await workUnder(prefix)).toEqual([]);
});
