import { defineConfig } from 'vitest/config';

/** What every project has: conditions are waited for, and what was made is put away, however busy the machine is. */
const patient = {
  setupFiles: ['scripts/test-setup/no-children-left.ts'],
  expect: { poll: { timeout: 20_000 } },
  hookTimeout: 120_000,
  // Twice the processors of the machine that decides about merges: most files wait most of their time.
  maxWorkers: 4,
  // Loading the modules anew for each file costs more than most files do; what they test holds no state in modules.
  isolate: false,
};

/** Journeys to where sessions are made, and of the clients of older systems. */
const places = [
  'e2e/aws/**/*.test.ts',
  'e2e/compat/**/*.test.ts',
  'e2e/server/{artifacts,docker,ec2,ecs,jobs,pools,session,ssm}*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { test: { ...patient, name: 'scripts', include: ['scripts/**/*.test.ts'] } },
      { test: { ...patient, name: 'packages', include: ['packages/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          ...patient,
          name: 'simulator',
          include: ['e2e/simulator/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      // In namespaces of their own and waiting for lines to come back: nobody is in their way.
      { test: { ...patient, name: 'network', include: ['e2e/network/**/*.test.ts'], testTimeout: 120_000 } },
      // With places and clients of their own, waiting for engines, machines and emulators most of the time.
      { test: { ...patient, name: 'places', include: places, testTimeout: 120_000 } },
      {
        // After all others, and fewer at a time: some measure what a page or a command takes.
        test: {
          ...patient,
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['e2e/simulator/**', 'e2e/network/**', ...places],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
        },
      },
    ],
  },
});
