import { defineConfig } from 'vitest/config';

/** One more than there are processors, since many files wait most of their time. */
const maxWorkers = 3;
/** Conditions are waited for, however busy the machine is. */
const expect = { poll: { timeout: 20_000 } };
const setupFiles = ['scripts/test-setup/no-children-left.ts'];

/** Journeys to where sessions are made, and of the clients of older systems. */
const places = [
  'e2e/aws/**/*.test.ts',
  'e2e/compat/**/*.test.ts',
  'e2e/server/{docker,ec2,pools,session}*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'scripts', include: ['scripts/**/*.test.ts'], setupFiles, expect, maxWorkers } },
      {
        test: {
          name: 'packages',
          include: ['packages/**/*.test.ts'],
          setupFiles,
          expect,
          maxWorkers,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'simulator',
          include: ['e2e/simulator/**/*.test.ts'],
          setupFiles,
          expect,
          maxWorkers,
          testTimeout: 300_000,
        },
      },
      {
        // In namespaces of their own and waiting for lines to come back: nobody is in their way.
        test: {
          name: 'network',
          include: ['e2e/network/**/*.test.ts'],
          setupFiles,
          expect,
          maxWorkers,
          testTimeout: 120_000,
        },
      },
      {
        // With places and clients of their own, waiting for engines, machines and emulators most of the time.
        test: {
          name: 'places',
          include: places,
          setupFiles,
          expect,
          maxWorkers,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['e2e/simulator/**', 'e2e/network/**', ...places],
          setupFiles,
          expect,
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
