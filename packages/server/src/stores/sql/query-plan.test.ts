import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { RunFilter } from '@errand/core';
import type { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { openSqliteStore } from './open-sqlite-store.ts';
import { claimRuns } from './runs/claim.ts';
import { dueRuns, openCounts, runsFinishedBefore, runsHeldBy } from './runs/find.ts';
import { listRuns } from './runs/list.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

// With a million finished runs a statement that sorts or reads a whole table takes seconds; on a test's few rows nobody would notice.
const db = new DatabaseSync(':memory:');
await openSqliteStore({ database: db });
const page = { limit: 50, after: { createdAt: 5, id: 'run_1' } };

it.each<RunFilter>([
  {},
  { ownerScope: 'acme' },
  { ownerScope: 'acme', status: ['failed', 'running'] },
  { ownerScope: 'acme', tags: ['a', 'b'], name: 'n' },
  { status: ['queued'] },
  { pool: 'default' },
  { agentId: 'agent_1' },
  { createdAfter: 1, createdBefore: 9 },
])('lists %j along an index, in its order', (filter) => {
  for (const query of listRuns(sqliteDialect, filter, page)) expect(problemsOf(query)).toEqual([]);
});

it('claims from the index of the queue', () => {
  const query = { pool: 'default', agentId: 'agent_1', now: 1, limit: 1 };
  const claim = claimRuns(sqliteDialect)(query, () => null);
  const first = claim.next().value as CompiledQuery;
  expect(problemsOf(first)).toEqual([]);
  expect(planOf(first)).toEqual([expect.stringContaining('runs_queue')]);
});

it('finds what is due, held, open or old by indexes that hold no more than that', () => {
  const plans = [
    [dueRuns(sqliteDialect)({ now: 1, limit: 1 }), 'runs_due'],
    [runsFinishedBefore(sqliteDialect)({ before: 1, limit: 1 }), 'runs_finished'],
    [openCounts(sqliteDialect), 'runs_open'],
    [runsHeldBy(sqliteDialect)({ agentId: 'agent_1' }), 'runs_held'],
  ] as const;
  for (const [query, index] of plans) expect(planOf(query).join('\n')).toContain(index);
});

/** Steps that read a whole table or sort. */
function problemsOf(query: CompiledQuery): string[] {
  return planOf(query).filter((step) => /^SCAN (?!.*USING)|TEMP B-TREE/.test(step));
}

function planOf({ sql, parameters }: CompiledQuery): string[] {
  const rows = db.prepare(`explain query plan ${sql}`).all(...(parameters as SQLInputValue[]));
  return rows.map(({ detail }) => String(detail));
}
