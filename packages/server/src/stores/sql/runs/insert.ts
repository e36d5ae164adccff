import {
  type HandedRun,
  hasLabels,
  type Idempotency,
  type InsertedRun,
  type RunRecord,
  type Taker,
} from '@errand/core';
import { ErrandError } from '@errand/core/vocabulary';
import type { Dialect } from '../dialect.ts';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { type Prepared, prepared } from '../prepared.ts';
import type { RunsTable } from '../schema.ts';
import { type PoolLimits, poolRoom } from './pool-room.ts';
import { anyQueued, lanesOf, PLAIN_LANES } from './queue.ts';
import { newRow } from './row.ts';
import { termsOf } from './terms.ts';

/** As {@link insertRun}, leased at once where nothing is in the way of it. */
export function insertRunFor(
  dialect: Dialect,
): (run: RunRecord, idempotency: Idempotency | null, taker: Taker) => Work<HandedRun> {
  const insert = insertRun(dialect);
  const room = poolRoom(dialect);
  const lanesFor = lanesOf(dialect);
  const queued = anyQueued(dialect);
  return function* insertFor(run, idempotency, { agentId, labels, lease }) {
    const { pool, notBefore: now } = run;
    const served = { pool, agentId, labels, now };
    const isFree = !isLimited(yield* room.limits(pool)) && run.concurrency === null && run.group === null;
    const fits = isFree && (run.agentId === null ? hasLabels(labels, run.labels) : run.agentId === agentId);
    const first =
      fits &&
      (yield* rowsOf(queued(served))).length === 0 &&
      (yield* lanesFor(served)).length === PLAIN_LANES;
    if (!first) return yield* insert(run, idempotency);
    const leased = { ...lease(run), version: run.version };
    const inserted = yield* insert(leased, idempotency);
    return inserted.kind === 'inserted' ? { kind: 'handed', run: leased } : inserted;
  };
}

function isLimited({ paused, limit, limitPerKey }: PoolLimits): boolean {
  return paused || limit !== null || limitPerKey !== null;
}

/** Adds a run, or finds the one that the same idempotency key made before. */
export type InsertRun = (run: RunRecord, idempotency: Idempotency | null) => Work<InsertedRun>;

export function insertRun(dialect: Dialect): InsertRun {
  const insertRow = prepared((row: RunsTable) => insertStatement(dialect, row));
  const insertTerms = termsStatement(dialect);
  const earlier = prepared((by: Pick<RunsTable, 'created_by' | 'idempotency_key'>) =>
    dialect.queries
      .selectFrom('runs')
      .select(['id', 'fingerprint'])
      .where('created_by', '=', by.created_by)
      .where('idempotency_key', '=', by.idempotency_key),
  );
  return function* insert(run, idempotency) {
    const row = newRow(run, idempotency);
    const added = yield* changedBy(insertRow(row));
    if (added === 0) {
      const [known] = yield* rowsOf(earlier(row));
      if (known === undefined) throw removedMeanwhile();
      return { kind: 'repeated', runId: known.id, fingerprint: known.fingerprint ?? '' };
    }
    yield* changedBy(insertTerms(run));
    return { kind: 'inserted' };
  };
}

function insertStatement({ queries }: Dialect, row: RunsTable) {
  return queries
    .insertInto('runs')
    .values({
      id: row.id,
      version: row.version,
      owner: row.owner,
      created_by: row.created_by,
      pool: row.pool,
      wanted: row.wanted,
      agent_id: row.agent_id,
      held_by: row.held_by,
      state: row.state,
      parked: row.parked,
      concurrency: row.concurrency,
      concurrency_limit: row.concurrency_limit,
      group_id: row.group_id,
      status: row.status,
      priority: row.priority,
      created_at: row.created_at,
      queued_at: row.queued_at,
      not_before: row.not_before,
      wake_at: row.wake_at,
      finished_at: row.finished_at,
      idempotency_key: row.idempotency_key,
      fingerprint: row.fingerprint,
      request: row.request,
      doc: row.doc,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['created_by', 'idempotency_key'])
        .where('idempotency_key', 'is not', null)
        .doNothing(),
    );
}

/** One row for each term; prepared once for each number of them. */
function termsStatement({ queries }: Dialect): Prepared<RunRecord> {
  const byCount = new Map<number, Prepared<TermValues>>();
  const build = (count: number) =>
    prepared((values: TermValues) =>
      queries.insertInto('run_terms').values(
        Array.from({ length: count }, (_, index) => ({
          term: values[index] ?? '',
          created_at: values.createdAt,
          run_id: values.id,
        })),
      ),
    );
  return (run) => {
    const terms = termsOf(run);
    const values = Object.fromEntries(terms.entries());
    const statement = byCount.get(terms.length) ?? build(terms.length);
    byCount.set(terms.length, statement);
    return statement({ ...values, createdAt: run.createdAt, id: run.id });
  };
}

/** The terms by their place, and what their rows have in common. */
interface TermValues {
  readonly [place: number]: string;
  readonly createdAt: number;
  readonly id: string;
}

function removedMeanwhile(): ErrandError {
  const what = 'the run of this idempotency key was removed just now; send the request again';
  return new ErrandError('unavailable', what);
}
