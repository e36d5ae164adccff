import type { GroupRecord, GroupStore, Idempotency, InsertedGroup, Page, RunRecord } from '@errand/core';
import { ErrandError } from '@errand/core/vocabulary';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Executor, rowsOf, type Work } from '../executor.ts';
import { insertRun } from '../runs/insert.ts';
import { RECORD_COLUMNS, recordOf } from '../runs/row.ts';
import type { RunGroupsTable } from '../schema.ts';
import { changingColumns, groupOf, groupRow } from './row.ts';

/** Groups of runs in SQL. */
export function sqlGroupStore(executor: Executor, dialect: Dialect): GroupStore {
  const { queries } = dialect;
  const insert = insertGroup(dialect);
  const groups = queries.selectFrom('run_groups').select('doc');
  const all = async (query: { compile(): CompiledQuery<Pick<RunGroupsTable, 'doc'>> }) =>
    (await executor.read(query.compile())).map(groupOf);
  return {
    insert: (group, runs, idempotency) => executor.transact(() => insert(group, runs, idempotency)),
    get: async (id) => (await all(groups.where('id', '=', id)))[0] ?? null,
    save: async (group) => {
      const query = queries
        .updateTable('run_groups')
        .set(changingColumns(group))
        .where('id', '=', group.id)
        .where('version', '=', group.version - 1);
      return (await executor.write(query.compile())).changed === 1 ? 'saved' : 'stale';
    },
    list: (ownerScope, page) => all(listStatement(dialect, ownerScope, page)),
    open: ({ limit, after }) => {
      const open = groups.where('is_open', '=', sql.lit(1)).orderBy('created_at').orderBy('id').limit(limit);
      return all(
        after === null
          ? open
          : open.where(sql<boolean>`(created_at, id) > (${after.createdAt}, ${after.id})`),
      );
    },
    runs: async (id, states) => {
      const query = queries.selectFrom('runs').select(RECORD_COLUMNS).where('group_id', '=', id);
      const some = states === undefined ? query : query.where('state', 'in', states);
      return (await executor.read(some.orderBy('id').compile())).map(recordOf);
    },
    count: async (id) => {
      const query = queries
        .selectFrom('runs')
        .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
        .where('group_id', '=', id)
        .groupBy('status');
      return (await executor.read(query.$castTo<StatusRow>().compile())).map((row) => ({ ...row }));
    },
    forget: async (before) => {
      await executor.write(forgetStatement(dialect, before));
    },
  };
}

type StatusRow = Awaited<ReturnType<GroupStore['count']>>[number];

type InsertGroup = (
  group: GroupRecord,
  runs: readonly RunRecord[],
  idempotency: Idempotency | null,
) => Work<InsertedGroup>;

function insertGroup(dialect: Dialect): InsertGroup {
  const { queries } = dialect;
  const insert = insertRun(dialect);
  return function* add(group, runs, idempotency) {
    const row = groupRow(group, idempotency);
    const query = queries.insertInto('run_groups').values(row);
    const added = yield* changedBy(query.onConflict((conflict) => conflict.doNothing()).compile());
    if (added === 0) return yield* earlierOf(dialect, row);
    for (const run of runs) yield* insert(run, null);
    return { kind: 'inserted' };
  };
}

function* earlierOf({ queries }: Dialect, row: RunGroupsTable): Work<InsertedGroup> {
  const query = queries
    .selectFrom('run_groups')
    .select(['id', 'fingerprint'])
    .where('created_by', '=', row.created_by)
    .where('idempotency_key', '=', row.idempotency_key);
  const [known] = yield* rowsOf(query.compile());
  if (known === undefined) throw new ErrandError('conflict', `there is a group ${row.id} already`);
  return { kind: 'repeated', groupId: known.id, fingerprint: known.fingerprint ?? '' };
}

function listStatement({ queries }: Dialect, ownerScope: string | null, { limit, after }: Page) {
  let query = queries.selectFrom('run_groups').select('doc');
  if (ownerScope !== null) {
    // What lies below a scope lies between `scope/` and `scope0`, the character that follows the slash.
    query = query.where(
      sql<boolean>`(owner = ${ownerScope} or (owner > ${`${ownerScope}/`} and owner < ${`${ownerScope}0`}))`,
    );
  }
  if (after !== null) query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit);
}

function forgetStatement({ queries }: Dialect, before: number): CompiledQuery {
  return queries
    .deleteFrom('run_groups')
    .where('created_at', '<', before)
    .where('is_open', '=', 0)
    .where((is) =>
      is.not(
        is.exists(
          is.selectFrom('runs').select(sql.lit(1).as('one')).whereRef('runs.group_id', '=', 'run_groups.id'),
        ),
      ),
    )
    .compile();
}
