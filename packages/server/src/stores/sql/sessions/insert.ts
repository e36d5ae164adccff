import type { InsertedSession, InsertSession, Quota, SessionRecord } from '@errand/core';
import type { Dialect } from '../dialect.ts';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { newSessionRow } from './row.ts';
import { withinScope } from './scope.ts';

/** Adds a session, or says what is in the way. One insertion at a time looks and adds, on every dialect. */
export function* insertSession(
  dialect: Dialect,
  session: SessionRecord,
  { idempotency, quotas }: InsertSession,
): Work<InsertedSession> {
  yield* lock(dialect);
  const { queries } = dialect;
  if (idempotency !== null) {
    const made = queries
      .selectFrom('sessions')
      .select(['id', 'fingerprint'])
      .where('created_by', '=', session.createdBy)
      .where('idempotency_key', '=', idempotency.key);
    const [known] = yield* rowsOf(made.compile());
    if (known !== undefined)
      return { kind: 'repeated', sessionId: known.id, fingerprint: known.fingerprint ?? '' };
  }
  const open = queries.selectFrom('sessions').select('id').where('over_at', 'is', null).limit(1);
  const named = open.where('owner', '=', session.owner).where('name', '=', session.name);
  if (session.name !== null && (yield* rowsOf(named.compile())).length > 0) return { kind: 'name_taken' };
  const quota = yield* exceeded(dialect, quotas);
  if (quota !== null) return { kind: 'over_quota', quota };
  const sameHost = open.where('subdomain', '=', session.subdomain);
  if ((yield* rowsOf(sameHost.compile())).length > 0) return { kind: 'subdomain_taken' };
  yield* changedBy(queries.insertInto('sessions').values(newSessionRow(session, idempotency)).compile());
  return { kind: 'inserted' };
}

/** A row that every insertion writes: where there are several writers, the second waits for the end of the first. */
function* lock({ queries }: Dialect): Work<void> {
  const row = queries.insertInto('meta').values({ name: 'session_insert', value: '' });
  yield* changedBy(
    row.onConflict((conflict) => conflict.column('name').doUpdateSet({ value: '' })).compile(),
  );
}

function* exceeded({ queries }: Dialect, quotas: readonly Quota[]): Work<Quota | null> {
  for (const quota of quotas) {
    const count = queries
      .selectFrom('sessions')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('over_at', 'is', null)
      .where(withinScope(quota.ownerScope));
    const [row] = yield* rowsOf(count.compile());
    if ((row?.count ?? 0) >= quota.most) return quota;
  }
  return null;
}
