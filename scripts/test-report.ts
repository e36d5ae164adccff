import { join, relative } from 'node:path';
import { root } from './tree/files.ts';

export const reportFile = join(root, '.cache/test-report.json');

/** What `second-look.ts` found unsteady: a list of names as in {@link TestTotals.failed}. */
export const unsteadyFile = join(root, '.cache/unsteady-tests.json');

export interface TestTotals {
  readonly passed: number;
  /** Names of the tests that failed, and of the files that broke before their tests could run. */
  readonly failed: readonly string[];
  /** Paths of the files that those stand in, each once, as the project names them. */
  readonly failedFiles: readonly string[];
  readonly skipped: readonly { readonly test: string; readonly reason: string }[];
}

/** The part of Vitest's JSON report that is used here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly meta?: { readonly skippedBecause?: string };
    }[];
  }[];
}

/**
 * Counts the tests one by one. The report's own totals are no proof: a file that cannot be imported counts as no test at
 * all, and a test that never ended is only "pending".
 */
export function countTests(report: string): TestTotals {
  const { testResults } = JSON.parse(report) as Report;
  const tests = testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      ...test,
      file: relative(root, file.name),
      name: `${relative(root, file.name)}: ${test.fullName}`,
    })),
  );
  const skipped = tests.filter(({ status }) => ['skipped', 'todo', 'disabled'].includes(status));
  const passed = tests.filter(({ status }) => status === 'passed');
  const failed = tests.filter((test) => !passed.includes(test) && !skipped.includes(test));
  const broken = testResults.filter(
    (file) => file.status !== 'passed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  );
  return {
    passed: passed.length,
    failed: [
      ...failed.map(({ name }) => name),
      ...broken.map(({ name }) => `${relative(root, name)}: the file itself`),
    ],
    failedFiles: [
      ...new Set([...failed.map(({ file }) => file), ...broken.map(({ name }) => relative(root, name))]),
    ],
    skipped: skipped.map(({ name, meta }) => ({
      test: name,
      reason: meta?.skippedBecause ?? 'gives no reason',
    })),
  };
}
