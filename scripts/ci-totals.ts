import { existsSync, readFileSync } from 'node:fs';
import { countTests, reportFile, unsteadyFile } from './test-report.ts';

/**
 * The last line of `.ci/run`. Its arguments are the steps that failed; each counts as a failure, unless it is the tests and their
 * failures are counted one by one. A skipped test is a failure there; one that `second-look.ts` found unsteady is named, and counts as
 * passed.
 */
const failedSteps = process.argv.slice(2);
const { passed, failed, skipped } = existsSync(reportFile)
  ? countTests(readFileSync(reportFile, 'utf8'))
  : { passed: 0, failed: ['no test report was written'], skipped: [] };
const unsteady: readonly string[] = existsSync(unsteadyFile)
  ? JSON.parse(readFileSync(unsteadyFile, 'utf8'))
  : [];

const failures = [
  ...failed.filter((name) => !unsteady.includes(name)).map((name) => `failed: ${name}`),
  ...skipped.map(({ test, reason }) => `skipped: ${test} (${reason})`),
];
// Vitest also fails on what belongs to no test, such as an error that nobody caught.
const told = failures.length > 0 || unsteady.length > 0;
const steps = failedSteps.filter((step) => step !== 'second look' && !(step === 'npm test' && told));
failures.push(...steps.map((step) => `failed: ${step}`));
const proven = passed + unsteady.length;
if (proven === 0 && failures.length === 0) failures.push('failed: not one test was run');

for (const name of unsteady) console.log(`unsteady, to be looked into: ${name}`);
for (const failure of failures) console.log(failure);
console.log(`${proven} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
