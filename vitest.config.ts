import { defineConfig } from 'vitest/config';

/** Tests that need a Docker engine, a browser or Terraform's providers have projects of their own. */
const SLOW = ['e2e', 'images', 'contract', 'terraform', 'policy'];

const slow = (name: string, include: string[]) => ({
  test: {
    name,
    include,
    // They share one engine and two processors.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});

export default defineConfig({
  test: {
    // Vitest leaves one processor to its reporter, which has little to do: of two that would be half.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['__tests__/**/*.test.ts'],
          exclude: [...SLOW.map((folder) => `__tests__/${folder}/**`), '**/*.{drill,slow}.test.ts'],
          testTimeout: 60_000,
          // Loading cdktf and its providers takes longer than the tests: once a worker, not once a file.
          isolate: false,
        },
      },
      slow('terraform', ['__tests__/terraform/**/*.test.ts', '__tests__/policy/**/*.test.ts']),
      slow('contract', ['__tests__/contract/**/*.contract.ts']),
      slow('images', ['__tests__/images/**/*.test.ts']),
      slow('programs', ['__tests__/**/*.slow.test.ts']),
      slow('drills', ['__tests__/**/*.drill.test.ts']),
      slow('e2e', ['__tests__/e2e/**/*.test.ts']),
    ],
  },
});
