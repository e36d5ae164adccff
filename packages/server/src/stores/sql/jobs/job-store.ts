import type { Idempotency, InsertedJob, JobCount, JobFilter, JobRecord, JobStore, Page } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Executor, rowsOf, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';
import type { JobsTable } from '../schema.ts';
import { withinScope } from '../sessions/scope.ts';
import { changingJobRow, jobOf, newJobRow } from './row.ts';

type DocRow = Pick<JobsTable, 'doc'>;

/** Jobs in SQL. */
export function sqlJobStore(executor: Executor, dialect: Dialect): JobStore {
  const { queries } = dialect;
  const docs = queries.selectFrom('jobs').select('doc');
  const byId = prepared(({ id }: { id: string }) => docs.where('id', '=', id));
  const byName = prepared((by: { owner: string; name: string }) =>
    docs.where('owner', '=', by.owner).where('name', '=', by.name),
  );
  const due = prepared((by: { now: number; limit: number }) =>
    docs.where('wake_at', '<=', by.now).orderBy('wake_at').orderBy('id').limit(by.limit),
  );
  const finishedBefore = prepared((by: { before: number; limit: number }) =>
    docs.where('finished_at', '<', by.before).orderBy('finished_at').orderBy('id').limit(by.limit),
  );
  const records = async (query: CompiledQuery<DocRow>) => (await executor.read(query)).map(jobOf);
  const first = async (query: CompiledQuery<DocRow>) => (await records(query))[0] ?? null;
  return {
    insert: (job, idempotency) => executor.transact(() => insertJob(dialect, job, idempotency)),
    get: (id) => first(byId({ id })),
    byName: (owner, name) => first(byName({ owner, name })),
    save: async (job) => {
      const { changed } = await executor.write(saveJob(dialect, job));
      return changed === 1 ? 'saved' : 'stale';
    },
    due: (now, limit) => records(due({ now, limit })),
    list: (filter, page) => records(listJobs(dialect, filter, page)),
    count: async () => (await executor.read(countJobs(dialect))).map((row) => ({ ...row })),
    finishedBefore: (before, limit) => records(finishedBefore({ before, limit })),
    remove: async (ids) => {
      if (ids.length === 0) return;
      const gone = queries.deleteFrom('jobs').where('id', 'in', [...ids]);
      await executor.write(gone.where('finished_at', 'is not', null).compile());
    },
  };
}

/** What is in the way is looked at after the attempt, by then also what a concurrent one has added. */
function* insertJob(
  { queries }: Dialect,
  job: JobRecord,
  idempotency: Idempotency | null,
): Work<InsertedJob> {
  const known = queries.selectFrom('jobs').select(['id', 'fingerprint']);
  const add = queries.insertInto('jobs').values(newJobRow(job, idempotency));
  const added = yield* changedBy(add.onConflict((conflict) => conflict.doNothing()).compile());
  if (added === 1) return { kind: 'inserted' };
  if (idempotency !== null) {
    const made = known.where('created_by', '=', job.createdBy).where('idempotency_key', '=', idempotency.key);
    const [row] = yield* rowsOf(made.compile());
    if (row !== undefined) return { kind: 'repeated', jobId: row.id, fingerprint: row.fingerprint ?? '' };
  }
  const named = known.where('owner', '=', job.owner).where('name', '=', job.name);
  const [row] = yield* rowsOf(named.compile());
  return { kind: 'name_taken', jobId: row?.id ?? '' };
}

function saveJob({ queries }: Dialect, job: JobRecord): CompiledQuery {
  return queries
    .updateTable('jobs')
    .set(changingJobRow(job))
    .where('id', '=', job.id)
    .where('version', '=', job.version - 1)
    .compile();
}

function listJobs({ queries }: Dialect, filter: JobFilter, page: Page): CompiledQuery<DocRow> {
  const { ownerScope, status, name } = filter;
  let query = queries.selectFrom('jobs').select('doc');
  if (ownerScope !== undefined) query = query.where(withinScope(ownerScope));
  if (status !== undefined) query = query.where('status', 'in', [...status]);
  if (name !== undefined) query = query.where('name', '=', name);
  if (page.after !== null)
    query = query.where(sql<boolean>`(created_at, id) < (${page.after.createdAt}, ${page.after.id})`);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(page.limit).compile();
}

function countJobs({ queries }: Dialect): CompiledQuery<JobCount> {
  return queries
    .selectFrom('jobs')
    .select(({ fn }) => [sql<JobCount['state']>`state`.as('state'), fn.countAll<number>().as('count')])
    .groupBy('state')
    .orderBy('state')
    .compile();
}
