import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { AuditFilter, RunFilter } from '@errand/core';
import { aRun } from '@errand/core/testing';
import type { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { listAudit } from './audit/audit-store.ts';
import type { Work } from './executor.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { claimRuns } from './runs/claim.ts';
import { dueRuns, heldCounts, openCounts, runsFinishedBefore, runsHeldBy } from './runs/find.ts';
import { gateStatements } from './runs/gate-statements.ts';
import { listRuns } from './runs/list.ts';
import { standingOf } from './runs/standing.ts';
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

it.each<readonly [AuditFilter, string]>([
  [{}, 'audit_newest'],
  [{ since: 1, before: 9 }, 'audit_newest'],
  [{ keyId: 'key_1' }, 'audit_by_key'],
  [{ action: 'cancelRun', since: 1 }, 'audit_by_action'],
  [{ target: 'run_1' }, 'audit_by_target'],
])('lists who did what with %j along an index, in its order', (filter, index) => {
  expectIndex(listAudit(sqliteDialect, filter, page), index);
});

it('claims from the index of the queue', () => {
  const query = { pool: 'default', agentId: 'agent_1', labels: { gpu: 'a100' }, now: 1, limit: 1 };
  const asked = statementsOf(claimRuns(sqliteDialect)(query, () => null)).filter(({ sql }) =>
    / "?runs"? /.test(sql),
  );
  expect(asked).toHaveLength(3);
  for (const statement of asked) expectIndex(statement, 'runs_queue');
});

it('asks about gates along indexes that hold no old runs', () => {
  const statements = gateStatements(sqliteDialect);
  const lane = { pool: 'default', gate: 'key key_1', wanted: '' };
  const plans = [
    [statements.firstParked(lane), 'runs_parked'],
    [statements.firstOfNextLane(lane), 'runs_parked'],
    [statements.heldByKind.key({ pool: 'default', name: 'key_1' }), 'runs_open'],
    [statements.heldByKind.concurrency({ pool: 'default', name: 'k' }), 'runs_concurrent'],
    [statements.heldByKind.group({ pool: 'default', name: 'group_1' }), 'runs_by_group'],
    [statements.failed({ group: 'group_1' }), 'runs_by_group'],
  ] as const;
  for (const [statement, index] of plans) expectIndex(statement, index);
  const standing = statementsOf(standingOf(sqliteDialect)(aRun({ concurrency: { key: 'k', limit: 1 } })));
  for (const statement of standing) expect(problemsOf(statement)).toEqual([]);
});

/** What some work asks where every answer is empty. */
function statementsOf(work: Work<unknown>): CompiledQuery[] {
  const asked: CompiledQuery[] = [];
  for (let step = work.next(); !step.done; step = work.next({ rows: [], changed: 0 })) asked.push(step.value);
  return asked;
}

function expectIndex(statement: CompiledQuery, index: string): void {
  expect(problemsOf(statement)).toEqual([]);
  expect(planOf(statement).join('\n')).toContain(index);
}

it('finds what is due, held, open or old by indexes that hold no more than that', () => {
  const plans = [
    [dueRuns(sqliteDialect)({ now: 1, limit: 1 }), 'runs_due'],
    [runsFinishedBefore(sqliteDialect)({ before: 1, limit: 1 }), 'runs_finished'],
    [openCounts(sqliteDialect), 'runs_open'],
    [heldCounts(sqliteDialect), 'runs_held'],
    [runsHeldBy(sqliteDialect)({ agentId: 'agent_1' }), 'runs_held'],
  ] as const;
  for (const [query, index] of plans) expect(planOf(query).join('\n')).toContain(index);
});

/** Steps that read a whole table or sort. `lanes` and `others` are what a statement has just found itself. */
function problemsOf(query: CompiledQuery): string[] {
  return planOf(query).filter((step) => /^SCAN (?!lanes|others|.*USING)|TEMP B-TREE/.test(step));
}

function planOf({ sql, parameters }: CompiledQuery): string[] {
  const rows = db.prepare(`explain query plan ${sql}`).all(...(parameters as SQLInputValue[]));
  return rows.map(({ detail }) => String(detail));
}
