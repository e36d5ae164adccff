import { defineConfig } from 'vitest/config';

const setupFiles = ['scripts/test-setup/no-children-left.ts'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'scripts', include: ['scripts/**/*.test.ts'], setupFiles } },
      { test: { name: 'packages', include: ['packages/**/*.test.ts'], setupFiles, testTimeout: 30_000 } },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          setupFiles,
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
