import { Listr } from 'listr2';
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from 'vitest';
import type { StepTask } from '../../src/local/progress';

let written: string[];
let spies: MockInstance[];
beforeEach(() => {
  written = [];
  const note = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
  spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(note));
});
afterEach(() => {
  spies.forEach((spy) => {
    spy.mockRestore();
  });
});

/** What a log without a terminal says of one step. */
async function logOf(step: (task: StepTask) => void): Promise<string[]> {
  // Its logger keeps the streams that it finds when it is loaded.
  vi.resetModules();
  const { listrOptions } = await import('../../src/local/progress');
  const task = (_: unknown, child: StepTask): void => {
    step(child);
  };
  const steps = new Listr([{ title: 'Push', task }], { ...listrOptions, fallbackRendererCondition: true });
  await steps.run().catch(() => undefined);
  return written.join('').split('\n').filter(Boolean);
}

test('a failed step is marked; its cause is left to whoever ran the steps', async () => {
  const log = await logOf(() => {
    throw new Error('no such repository');
  });
  expect(log).toEqual(['❯ Push', '✖ Push']);
});

test('a skipped step says why, once', async () => {
  const log = await logOf((task) => {
    task.skip('Push: the registry has it');
  });
  expect(log).toEqual(['❯ Push', '↓ Push: the registry has it']);
});

test('a step that was done says so with its duration', async () => {
  const log = await logOf(() => undefined);
  expect(log).toEqual(['❯ Push', expect.stringMatching(/^✔ Push/)]);
});
