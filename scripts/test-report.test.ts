import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countTests } from './test-report.ts';
import { root } from './tree/files.ts';

it('counts what passed', () => {
  expect(totals('passed', ['passed', 'passed'])).toEqual({
    passed: 2,
    failed: [],
    failedFiles: [],
    skipped: [],
  });
});

it('names what failed, once', () => {
  expect(totals('failed', ['passed', 'failed']).failed).toEqual(['a.test.ts: failed']);
});

it('names the file of what failed, once', () => {
  expect(totals('failed', ['failed', 'passed', 'failed']).failedFiles).toEqual(['a.test.ts']);
  expect(totals('failed', []).failedFiles).toEqual(['a.test.ts']);
});

it('counts a file that broke before its tests as a failure', () => {
  expect(totals('failed', []).failed).toEqual(['a.test.ts: the file itself']);
});

it('counts a file whose tests passed and whose clean-up failed as a failure', () => {
  expect(totals('failed', ['passed'])).toMatchObject({ passed: 1, failed: ['a.test.ts: the file itself'] });
});

it('counts a test that never ended as a failure', () => {
  expect(totals('passed', ['pending']).failed).toEqual(['a.test.ts: pending']);
});

it('says why a test was skipped', () => {
  const meta = { skippedBecause: 'needs luck' };
  expect(totals('passed', ['skipped'], meta).skipped).toEqual([
    { test: 'a.test.ts: skipped', reason: 'needs luck' },
  ]);
  expect(totals('passed', ['todo']).skipped).toEqual([
    { test: 'a.test.ts: todo', reason: 'gives no reason' },
  ]);
});

function totals(status: string, tests: readonly string[], meta = {}): ReturnType<typeof countTests> {
  const assertionResults = tests.map((one) => ({ status: one, fullName: one, meta }));
  const file = { name: join(root, 'a.test.ts'), status, assertionResults };
  return countTests(JSON.stringify({ testResults: [file] }));
}
