import type { AuditEnd, AuditFilter, AuditStore, Page } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Executor, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';
import type { AuditTable } from '../schema.ts';
import { auditOf, auditRow } from './row.ts';

/** Who did what, in SQL. */
export function sqlAuditStore(executor: Executor, dialect: Dialect): AuditStore {
  const { queries } = dialect;
  const insert = prepared((row: AuditTable) =>
    queries.insertInto('audit').values({
      id: row.id,
      at: row.at,
      key_id: row.key_id,
      key_name: row.key_name,
      owner: row.owner,
      action: row.action,
      target: row.target,
      address: row.address,
      outcome: row.outcome,
      note: row.note,
    }),
  );
  const end = prepared(({ id, target, outcome, note }: AuditEnd) =>
    queries
      .updateTable('audit')
      .set({ target, outcome, note })
      .where('id', '=', id)
      .where('outcome', 'is', null),
  );
  return {
    insert: async (entry) => {
      await executor.write(insert(auditRow(entry)));
    },
    end: async (ends) => {
      if (ends.length > 0) await executor.transact(() => endAll(ends.map((each) => end(each))));
    },
    list: async (filter, page) => (await executor.read(listAudit(dialect, filter, page))).map(auditOf),
    removeBefore: async (before, limit) => {
      await executor.write(removeBefore(dialect, before, limit));
    },
  };
}

function* endAll(statements: readonly CompiledQuery[]): Work<void> {
  for (const statement of statements) yield* changedBy(statement);
}

/** Along the index of what fewest entries have in common: each is in the order of the list. */
export function listAudit(
  { queries }: Dialect,
  { keyId, action, target, since, before }: AuditFilter,
  { after, limit }: Page,
): CompiledQuery<AuditTable> {
  let query = queries.selectFrom('audit').selectAll();
  if (target !== undefined) query = query.where('target', '=', target);
  if (keyId !== undefined) query = query.where('key_id', '=', keyId);
  if (action !== undefined) query = query.where('action', '=', action);
  if (since !== undefined) query = query.where('at', '>=', since);
  if (before !== undefined) query = query.where('at', '<', before);
  if (after !== null) query = query.where(sql<boolean>`(at, id) < (${after.createdAt}, ${after.id})`);
  return query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).compile();
}

function removeBefore({ queries }: Dialect, before: number, limit: number): CompiledQuery {
  const oldest = queries.selectFrom('audit').select('id').where('at', '<', before);
  return queries
    .deleteFrom('audit')
    .where('id', 'in', oldest.orderBy('at').orderBy('id').limit(limit))
    .compile();
}
