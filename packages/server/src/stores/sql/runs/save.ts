import type { RunRecord } from '@errand/core';
import type { Dialect } from '../dialect.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { type ChangingRow, changingRow } from './row.ts';

interface Save extends ChangingRow {
  readonly id: string;
  readonly before: number;
}

/** Replaces the version before; changes no row where another version is stored. */
export function saveRun({ queries }: Dialect): Prepared<RunRecord> {
  const update = prepared((run: Save) =>
    queries
      .updateTable('runs')
      .set({
        version: run.version,
        agent_id: run.agent_id,
        held_by: run.held_by,
        state: run.state,
        parked: run.parked,
        status: run.status,
        queued_at: run.queued_at,
        not_before: run.not_before,
        wake_at: run.wake_at,
        finished_at: run.finished_at,
        doc: run.doc,
      })
      .where('id', '=', run.id)
      .where('version', '=', run.before),
  );
  return (run) => update({ ...changingRow(run), id: run.id, before: run.version - 1 });
}
