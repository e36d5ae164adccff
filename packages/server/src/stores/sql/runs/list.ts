import type { Page, RunFilter, RunRecord } from '@errand/core';
import { RUN_OUTCOMES, type RunStatus } from '@errand/core/vocabulary';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { RECORD_COLUMNS, type RecordRow } from './row.ts';
import { wantedTerms } from './terms.ts';

/**
 * One statement per wanted status, because an index gives the order within one status only; {@link newestOf} joins their answers.
 *
 * Each is driven by the index that leaves least to look through: open runs are few, so an open status comes first; then terms; then
 * whatever index of runs fits. All of them are in the order of the list, so no statement sorts.
 */
export function listRuns(
  dialect: Dialect,
  filter: RunFilter,
  page: Page,
): readonly CompiledQuery<RecordRow>[] {
  const statuses = filter.status === undefined ? [null] : [...new Set(filter.status)];
  return statuses.map((status) => listOne(dialect, { filter, status, page }));
}

/** The newest of several lists that are each in order. */
export function newestOf(lists: readonly (readonly RunRecord[])[], limit: number): RunRecord[] {
  if (lists.length === 1) return [...(lists[0] ?? [])];
  return lists.flat().sort(newestFirst).slice(0, limit);
}

interface OneStatus {
  readonly filter: RunFilter;
  readonly status: RunStatus | null;
  readonly page: Page;
}

function listOne({ queries }: Dialect, { filter, status, page }: OneStatus): CompiledQuery<RecordRow> {
  const terms = wantedTerms(filter);
  const driving = isOpen(status) ? undefined : terms[0];
  const looked = driving === undefined ? terms : terms.slice(1);
  const createdAt = sql.ref<number>(driving === undefined ? 'runs.created_at' : 'driving.created_at');
  const id = sql.ref<string>(driving === undefined ? 'runs.id' : 'driving.run_id');
  const { pool, agentId, createdAfter, createdBefore } = filter;
  let query = queries.selectFrom('runs').select(RECORD_COLUMNS);
  if (driving !== undefined)
    query = query.innerJoin('run_terms as driving', (join) =>
      join.onRef('driving.run_id', '=', 'runs.id').on('driving.term', '=', driving),
    );
  if (status !== null) query = query.where('runs.status', '=', status);
  if (pool !== undefined) query = query.where('runs.pool', '=', pool);
  if (agentId !== undefined) query = query.where('runs.agent_id', '=', agentId);
  if (createdAfter !== undefined) query = query.where(createdAt, '>', createdAfter);
  if (createdBefore !== undefined) query = query.where(createdAt, '<', createdBefore);
  if (page.after !== null)
    query = query.where(sql<boolean>`(${createdAt}, ${id}) < (${page.after.createdAt}, ${page.after.id})`);
  for (const term of looked) query = query.where((eb) => eb.exists(hasTerm(queries, term)));
  return query.orderBy(createdAt, 'desc').orderBy(id, 'desc').limit(page.limit).compile();
}

function hasTerm(queries: Dialect['queries'], term: string) {
  return queries
    .selectFrom('run_terms')
    .select(sql.lit(1).as('one'))
    .where('run_terms.term', '=', term)
    .where('run_terms.created_at', '=', sql.ref<number>('runs.created_at'))
    .where('run_terms.run_id', '=', sql.ref<string>('runs.id'));
}

const OUTCOMES: ReadonlySet<RunStatus> = new Set(RUN_OUTCOMES);

function isOpen(status: RunStatus | null): boolean {
  return status !== null && !OUTCOMES.has(status);
}

function newestFirst(a: RunRecord, b: RunRecord): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}
