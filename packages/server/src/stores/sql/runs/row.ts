import { concurrencyGate, type Idempotency, laneOf, type RunRecord, statusOf, wakeAt } from '@errand/core';
import type { RunsTable } from '../schema.ts';

/** The two documents a record is made of. */
export const RECORD_COLUMNS = ['runs.request', 'runs.doc'] as const;

export interface RecordRow {
  readonly request: string;
  readonly doc: string;
}

/** The record of a row. */
export function recordOf({ request, doc }: RecordRow): RunRecord {
  return { ...LATER, ...JSON.parse(request), ...JSON.parse(doc) };
}

/** What runs of earlier versions were submitted without. */
const LATER: Pick<RunRecord, 'labels' | 'concurrency' | 'group'> = {
  labels: {},
  concurrency: null,
  group: null,
};

/** The row of a new run. */
export function newRow(run: RunRecord, idempotency: Idempotency | null): RunsTable {
  return {
    id: run.id,
    owner: run.owner,
    created_by: run.createdBy,
    pool: run.pool,
    wanted: laneOf(run),
    priority: run.priority,
    created_at: run.createdAt,
    idempotency_key: idempotency?.key ?? null,
    fingerprint: idempotency?.fingerprint ?? null,
    concurrency: concurrencyGate(run),
    concurrency_limit: run.concurrency?.limit ?? null,
    group_id: run.group?.id ?? null,
    request: JSON.stringify(submittedPart(run)),
    ...changingRow(run),
  };
}

/** What a later version of a record may differ in. */
export function changingRow(run: RunRecord): ChangingRow {
  const servedBy = run.attempt?.agentId ?? null;
  return {
    version: run.version,
    agent_id: servedBy ?? run.agentId,
    held_by: run.state === 'leased' || run.state === 'running' ? servedBy : null,
    state: run.state,
    parked: '',
    status: statusOf(run),
    queued_at: run.queuedAt,
    not_before: run.notBefore,
    wake_at: wakeAt(run),
    finished_at: run.state === 'finished' ? (run.end?.at ?? run.queuedAt) : null,
    doc: JSON.stringify({ ...run, ...FIXED }),
  };
}

export type ChangingRow = Pick<
  RunsTable,
  | 'version'
  | 'agent_id'
  | 'held_by'
  | 'state'
  | 'parked'
  | 'status'
  | 'queued_at'
  | 'not_before'
  | 'wake_at'
  | 'finished_at'
  | 'doc'
>;

type Submitted = Pick<
  RunRecord,
  | 'id'
  | 'owner'
  | 'createdBy'
  | 'name'
  | 'tags'
  | 'spec'
  | 'pool'
  | 'agentId'
  | 'labels'
  | 'concurrency'
  | 'group'
  | 'priority'
  | 'createdAt'
>;

function submittedPart(run: RunRecord): Submitted {
  const { id, owner, createdBy, name, tags, spec, pool, agentId, labels, concurrency, group } = run;
  const { priority, createdAt } = run;
  const whom = { pool, agentId, labels, concurrency, group, priority };
  return { id, owner, createdBy, name, tags, spec, ...whom, createdAt };
}

/** Laid over a record, leaves what can change: JSON omits what is undefined. */
const FIXED: Readonly<Record<keyof Submitted, undefined>> = {
  id: undefined,
  owner: undefined,
  createdBy: undefined,
  name: undefined,
  tags: undefined,
  spec: undefined,
  pool: undefined,
  agentId: undefined,
  labels: undefined,
  concurrency: undefined,
  group: undefined,
  priority: undefined,
  createdAt: undefined,
};
