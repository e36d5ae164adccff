import type { Page, SessionCount, SessionFilter, SessionRecord, SessionStore } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Executor, rowsOf, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';
import type { SessionsTable } from '../schema.ts';
import { insertSession } from './insert.ts';
import { changingSessionRow, sessionOf } from './row.ts';
import { withinScope } from './scope.ts';

type DocRow = Pick<SessionsTable, 'doc'>;

/** Sessions in SQL. */
export function sqlSessionStore(executor: Executor, dialect: Dialect): SessionStore {
  const { queries } = dialect;
  const docs = queries.selectFrom('sessions').select('doc');
  const open = docs.where('over_at', 'is', null);
  const byId = prepared(({ id }: { id: string }) => docs.where('id', '=', id));
  const bySubdomain = prepared((by: { subdomain: string }) => open.where('subdomain', '=', by.subdomain));
  const byName = prepared((by: { owner: string; name: string }) =>
    open.where('owner', '=', by.owner).where('name', '=', by.name),
  );
  const due = prepared((by: { now: number; limit: number }) =>
    docs.where('wake_at', '<=', by.now).orderBy('wake_at').orderBy('id').limit(by.limit),
  );
  const overBefore = prepared((by: { before: number; limit: number }) =>
    docs.where('over_at', '<', by.before).orderBy('over_at').orderBy('id').limit(by.limit),
  );
  const forRuns = open.where('run_id', 'is not', null).orderBy('created_at').orderBy('id').compile();
  const records = async (query: CompiledQuery<DocRow>) => (await executor.read(query)).map(sessionOf);
  const first = async (query: CompiledQuery<DocRow>) => (await records(query))[0] ?? null;
  return {
    insert: (session, how) => executor.transact(() => insertSession(dialect, session, how)),
    get: (id) => first(byId({ id })),
    byName: (owner, name) => first(byName({ owner, name })),
    bySubdomain: (subdomain) => first(bySubdomain({ subdomain })),
    save: async (session) => {
      const { changed } = await executor.write(saveSession(dialect, session));
      return changed === 1 ? 'saved' : 'stale';
    },
    due: (now, limit) => records(due({ now, limit })),
    forRuns: () => records(forRuns),
    list: (filter, page) => records(listSessions(dialect, filter, page)),
    count: async () => (await executor.read(countSessions(dialect))).map((row) => ({ ...row })),
    overBefore: (before, limit) => records(overBefore({ before, limit })),
    tag: (fresh) => executor.transact(() => planeTag(dialect, fresh)),
    remove: async (ids) => {
      if (ids.length === 0) return;
      const gone = queries.deleteFrom('sessions').where('id', 'in', [...ids]);
      await executor.write(gone.where('over_at', 'is not', null).compile());
    },
  };
}

function* planeTag({ queries }: Dialect, fresh: string): Work<string> {
  const add = queries.insertInto('meta').values({ name: 'session_tag', value: fresh });
  yield* changedBy(add.onConflict((conflict) => conflict.column('name').doNothing()).compile());
  const stored = queries.selectFrom('meta').select('value').where('name', '=', 'session_tag');
  const [row] = yield* rowsOf(stored.compile());
  return row?.value ?? fresh;
}

function saveSession({ queries }: Dialect, session: SessionRecord): CompiledQuery {
  return queries
    .updateTable('sessions')
    .set(changingSessionRow(session))
    .where('id', '=', session.id)
    .where('version', '=', session.version - 1)
    .compile();
}

function listSessions(
  { queries }: Dialect,
  { ownerScope, state, provider, name }: SessionFilter,
  page: Page,
): CompiledQuery<DocRow> {
  let query = queries.selectFrom('sessions').select('doc');
  if (ownerScope !== undefined) query = query.where(withinScope(ownerScope));
  if (state !== undefined) query = query.where('state', 'in', [...state]);
  if (provider !== undefined) query = query.where('provider', '=', provider);
  if (name !== undefined) query = query.where('name', '=', name);
  if (page.after !== null)
    query = query.where(sql<boolean>`(created_at, id) < (${page.after.createdAt}, ${page.after.id})`);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(page.limit).compile();
}

function countSessions({ queries }: Dialect): CompiledQuery<SessionCount> {
  return queries
    .selectFrom('sessions')
    .select(({ fn }) => [sql<SessionCount['state']>`state`.as('state'), fn.countAll<number>().as('count')])
    .groupBy('state')
    .orderBy('state')
    .compile();
}
