import { type Idempotency, type JobRecord, jobStatusOf, jobWakeAt } from '@errand/core';
import type { JobsTable } from '../schema.ts';

/** The record of a row: the document alone; the columns serve to find it. */
export function jobOf({ doc }: Pick<JobsTable, 'doc'>): JobRecord {
  return JSON.parse(doc);
}

/** The row of a new job. */
export function newJobRow(job: JobRecord, idempotency: Idempotency | null): JobsTable {
  return {
    id: job.id,
    owner: job.owner,
    created_by: job.createdBy,
    name: job.name,
    created_at: job.createdAt,
    idempotency_key: idempotency?.key ?? null,
    fingerprint: idempotency?.fingerprint ?? null,
    ...changingJobRow(job),
  };
}

type ChangingJobRow = Pick<JobsTable, 'version' | 'state' | 'status' | 'wake_at' | 'finished_at' | 'doc'>;

/** What a later version of a record may differ in. */
export function changingJobRow(job: JobRecord): ChangingJobRow {
  return {
    version: job.version,
    state: job.state,
    status: jobStatusOf(job),
    wake_at: jobWakeAt(job),
    finished_at: job.end?.at ?? null,
    doc: JSON.stringify(job),
  };
}
