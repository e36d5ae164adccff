import type { RunStore } from '@errand/core';
import type { CompiledQuery } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Executor } from '../executor.ts';
import { claimRuns } from './claim.ts';
import { dueRuns, heldCounts, openCounts, runById, runsFinishedBefore, runsHeldBy } from './find.ts';
import { insertRun, insertRunFor } from './insert.ts';
import { listRuns, newestOf } from './list.ts';
import { looksWorthwhile } from './look.ts';
import { releasing } from './release.ts';
import { REMOVED_AT_ONCE, removeRuns } from './remove.ts';
import { resultOfRun, saveRunWithResult } from './result.ts';
import { type RecordRow, recordOf } from './row.ts';
import { saveRun } from './save.ts';
import { standingOf } from './standing.ts';

/** Runs in SQL. */
export function sqlRunStore(executor: Executor, dialect: Dialect): RunStore {
  const records = async (query: CompiledQuery<RecordRow>) => (await executor.read(query)).map(recordOf);
  const insert = insertRun(dialect);
  const claim = claimRuns(dialect);
  const insertFor = insertRunFor(dialect);
  const looks = looksWorthwhile(executor, dialect);
  const standing = standingOf(dialect);
  const byId = runById(dialect);
  const due = dueRuns(dialect);
  const heldBy = runsHeldBy(dialect);
  const finishedBefore = runsFinishedBefore(dialect);
  const counts = openCounts(dialect);
  const held = heldCounts(dialect);
  return {
    insert: (run, idempotency) => executor.transact(() => insert(run, idempotency)),
    insertFor: (run, idempotency, taker) => executor.transact(() => insertFor(run, idempotency, taker)),
    get: async (id) => (await records(byId({ id })))[0] ?? null,
    ...saving(executor, dialect),
    claim: async (query, lease) => {
      if (!(await looks(query))) return [];
      for (;;) {
        const { taken, more } = await executor.transact(() => claim(query, lease));
        if (taken.length > 0 || !more) return taken;
      }
    },
    ...releasing(executor, dialect),
    standing: (run) => executor.transact(() => standing(run)),
    due: (now, limit) => records(due({ now, limit })),
    heldBy: (agentId) => records(heldBy({ agentId })),
    list: async (filter, page) =>
      newestOf(await Promise.all(listRuns(dialect, filter, page).map(records)), page.limit),
    countHeld: async () => (await executor.read(held)).map((row) => ({ ...row })),
    countOpen: async () => (await executor.read(counts)).map((row) => ({ ...row })),
    finishedBefore: (before, limit) => records(finishedBefore({ before, limit })),
    remove: async (ids) => {
      for (let from = 0; from < ids.length; from += REMOVED_AT_ONCE) {
        const some = ids.slice(from, from + REMOVED_AT_ONCE);
        await executor.transact(() => removeRuns(dialect, some));
      }
    },
  };
}

function saving(executor: Executor, dialect: Dialect): Pick<RunStore, 'save' | 'result'> {
  const save = saveRun(dialect);
  const saveWithResult = saveRunWithResult(dialect);
  const result = resultOfRun(dialect);
  return {
    save: async (run, given) => {
      const changed =
        given === undefined
          ? (await executor.write(save(run))).changed
          : await executor.transact(() => saveWithResult(run, given));
      return changed === 1 ? 'saved' : 'stale';
    },
    result: async (runId) => {
      const [row] = await executor.read(result({ runId }));
      return row === undefined ? null : { ...row };
    },
  };
}
