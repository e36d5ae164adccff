import { setImmediate } from 'node:timers/promises';
import { hasWords, type Page, type RunFilter, type RunRecord, type RunStore } from '@errand/core';

export interface FindRuns {
  readonly filter: RunFilter;
  readonly words: readonly string[];
  readonly page: Page;
}

export interface FoundRuns {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** How many were looked at for them. */
  readonly looked: number;
  /** Where to look on; null: there is nothing older. */
  readonly next: Page['after'];
}

/** A history may hold a million runs, and no index answers for a piece of a text: beyond this many whoever asks is asked back. */
const MOST_LOOKED_AT = 5_000;
/** Between two such pieces everybody else has their turn. */
const AT_ONCE = 100;

/** Runs that fit a filter and in which all of some words stand: the newest of so many as are looked at in one go. */
export async function findRuns(
  runs: Pick<RunStore, 'list'>,
  { filter, words, page }: FindRuns,
): Promise<FoundRuns> {
  const found: RunRecord[] = [];
  let looked = 0;
  let { after } = page;
  for (;;) {
    const some = await runs.list(filter, { limit: AT_ONCE, after });
    for (const run of some) {
      looked += 1;
      after = { createdAt: run.createdAt, id: run.id };
      if (hasWords(run, words)) found.push(run);
      if (found.length === page.limit) return { runs: found, looked, next: after };
    }
    if (some.length < AT_ONCE) return { runs: found, looked, next: null };
    if (looked >= MOST_LOOKED_AT) return { runs: found, looked, next: after };
    await setImmediate();
  }
}
