import type { Store } from '@errand/core';
import { ErrandError } from '@errand/core/vocabulary';
import type { DiskReserve } from './disk-reserve.ts';
import { isDiskFull } from './sqlite-error.ts';

/** A store that keeps space for what happens to the runs it has: on a full disk it takes no new ones, and the others still come to their ends. */
export function withReserve(store: Store, reserve: DiskReserve): Store {
  const withSpace = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    try {
      return await write();
    } catch (error) {
      if (!isDiskFull(error) || !reserve.giveUp()) throw error;
      return await write();
    }
  };
  const { runs, groups, audit } = store;
  return {
    ...store,
    runs: {
      ...runs,
      insert: async (run, idempotency) => {
        checkRoom(reserve);
        return await runs.insert(run, idempotency);
      },
      insertFor: async (run, idempotency, taker) => {
        checkRoom(reserve);
        return await runs.insertFor(run, idempotency, taker);
      },
      save: (run, result) => withSpace(() => runs.save(run, result)),
      claim: (query, lease) => withSpace(() => runs.claim(query, lease)),
      release: (run) => withSpace(() => runs.release(run)),
      sweep: (after, limit) => withSpace(() => runs.sweep(after, limit)),
    },
    // The reserve is for what happens to runs, not for saying so.
    audit: {
      ...audit,
      insert: async (entry) => {
        checkRoom(reserve);
        await audit.insert(entry);
      },
    },
    groups: {
      ...groups,
      insert: async (group, members, idempotency) => {
        checkRoom(reserve);
        return await groups.insert(group, members, idempotency);
      },
      save: (group) => withSpace(() => groups.save(group)),
    },
  };
}

function checkRoom(reserve: DiskReserve): void {
  if (reserve.isSpent()) throw new ErrandError('unavailable', 'the disk of the database is full');
}
