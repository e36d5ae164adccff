import { defineConfig } from 'vitest/config';

const setupFiles = ['scripts/test-setup/no-children-left.ts'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'scripts', include: ['scripts/**/*.test.ts'], setupFiles } },
      { test: { name: 'packages', include: ['packages/**/*.test.ts'], setupFiles, testTimeout: 30_000 } },
      {
        test: {
          name: 'simulator',
          include: ['e2e/simulator/**/*.test.ts'],
          setupFiles,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['e2e/simulator/**'],
          setupFiles,
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
