import { defineConfig } from 'vitest/config';

// A project of its own: it needs a Docker engine, a browser and two minutes.
export default defineConfig({
  test: {
    name: 'contract',
    root: import.meta.dirname,
    include: ['**/*.contract.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
