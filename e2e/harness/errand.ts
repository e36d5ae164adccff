import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** What journeys start: the command line as its sources are, or with ERRAND_E2E=built as `npm run build` has made it, which starts in half the time. */
export const ERRAND = join(
  REPOSITORY,
  process.env['ERRAND_E2E'] === 'built' ? 'dist/errand' : 'packages/cli',
  'bin/errand',
);
