import { beforeEach, describe, it } from 'vitest';

/** Something that not every machine has: an engine, a compiler, a right. */
export interface Requirement {
  /** As in "needs ...": `a C compiler`. */
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not ok, with what would help: `gcc is not in PATH`. */
  readonly reason: string;
}

/**
 * `describe` for tests that need something: `requires(compiler)('the keeper, built here', () => ...)`. Where it is missing
 * the tests are skipped and `npm test` lists them with the reason. With ERRAND_REQUIRE_ALL=1, as on the machine that
 * decides what may be merged, a missing part is a failure.
 */
export function requires(...needed: readonly Requirement[]): (title: string, tests: () => void) => void {
  const missing = reasonsOf(needed);
  if (missing.length === 0) return (title, tests) => describe(title, tests);
  const why = missing.join('; ');
  if (process.env['ERRAND_REQUIRE_ALL'] === '1') return (title) => describe(title, () => failBecause(why));
  return (title, tests) => describe(title, { skip: true, meta: { skippedBecause: why } }, tests);
}

/** The same for every test of the file (or `describe`) that calls it. */
export function needs(...needed: readonly Requirement[]): void {
  const why = reasonsOf(needed).join('; ');
  if (why === '') return;
  beforeEach(({ task, skip }) => {
    if (process.env['ERRAND_REQUIRE_ALL'] === '1') throw new Error(why);
    task.meta.skippedBecause = why;
    skip(why);
  });
}

function reasonsOf(needed: readonly Requirement[]): readonly string[] {
  return needed.filter(({ ok }) => !ok).map(({ name, reason }) => `needs ${name}: ${reason}`);
}

function failBecause(why: string): void {
  it('can run on this machine', () => {
    throw new Error(why);
  });
}

declare module 'vitest' {
  interface TaskMeta {
    skippedBecause?: string;
  }
}
