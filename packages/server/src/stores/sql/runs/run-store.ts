import type { RunStore } from '@errand/core';
import type { CompiledQuery } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Executor } from '../executor.ts';
import { claimRuns } from './claim.ts';
import { dueRuns, openCounts, runById, runsFinishedBefore, runsHeldBy } from './find.ts';
import { insertRun } from './insert.ts';
import { listRuns, newestOf } from './list.ts';
import { REMOVED_AT_ONCE, removeRuns } from './remove.ts';
import { type RecordRow, recordOf } from './row.ts';
import { saveRun } from './save.ts';

/** Runs in SQL. */
export function sqlRunStore(executor: Executor, dialect: Dialect): RunStore {
  const records = async (query: CompiledQuery<RecordRow>) => (await executor.read(query)).map(recordOf);
  return {
    insert: (run, idempotency) => executor.transact(() => insertRun(dialect, run, idempotency)),
    get: async (id) => (await records(runById(dialect, id)))[0] ?? null,
    save: async (run) => {
      const { changed } = await executor.write(saveRun(dialect, run));
      return changed === 1 ? 'saved' : 'stale';
    },
    claim: (query, lease) => executor.transact(() => claimRuns(dialect, query, lease)),
    due: (now, limit) => records(dueRuns(dialect, now, limit)),
    heldBy: (agentId) => records(runsHeldBy(dialect, agentId)),
    list: async (filter, page) =>
      newestOf(await Promise.all(listRuns(dialect, filter, page).map(records)), page.limit),
    countOpen: async () => (await executor.read(openCounts(dialect))).map((row) => ({ ...row })),
    finishedBefore: (before, limit) => records(runsFinishedBefore(dialect, before, limit)),
    remove: async (ids) => {
      for (let from = 0; from < ids.length; from += REMOVED_AT_ONCE) {
        const some = ids.slice(from, from + REMOVED_AT_ONCE);
        await executor.transact(() => removeRuns(dialect, some));
      }
    },
  };
}
