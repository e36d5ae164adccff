import { existsSync, readFileSync } from 'node:fs';
import { runVitest } from './run-vitest.ts';
import { countTests, reportFile, type TestTotals } from './test-report.ts';

/**
 * `npm test`: runs every test this machine can run, and lists those it cannot run with the reason. Arguments go to Vitest:
 * `npm test -- packages/core`, `npm test -- -t 'cancels'`.
 */
const status = runVitest(reportFile, process.argv.slice(2));

if (!existsSync(reportFile)) {
  console.error('Vitest ended before it wrote its report.');
  process.exit(status || 1);
}

const totals = countTests(readFileSync(reportFile, 'utf8'));
// With a filter by name most tests are "skipped" because nobody asked for them.
if (!process.argv.some((argument) => /^(-t|--testNamePattern)/.test(argument))) listSkipped(totals);
// A skipped test proves nothing; where everything must run it counts as a failure.
const skipsFail = process.env['ERRAND_REQUIRE_ALL'] === '1' && totals.skipped.length > 0;
if (status !== 0 || totals.failed.length > 0 || skipsFail) process.exitCode = 1;

function listSkipped({ skipped }: TestTotals): void {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  for (const [reason, tests] of byReason) {
    console.log(`\nnot run: ${tests.length} (${reason})`);
    for (const { test } of tests) console.log(`  ${test}`);
  }
}
