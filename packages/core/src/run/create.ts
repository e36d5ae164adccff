import type { Labels } from './labels.ts';
import type { Concurrency, GroupPlace, RunRecord, RunSpec } from './record.ts';

/** What a submission decides; the rest of a new record follows from it. */
export interface NewRun {
  readonly id: string;
  readonly owner: string;
  readonly createdBy: string;
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly spec: RunSpec;
  readonly pool: string;
  readonly agentId: string | null;
  readonly labels: Labels;
  readonly concurrency: Concurrency | null;
  readonly group: GroupPlace | null;
  readonly priority: number;
}

/** A new run, queued at `now`. */
export function createRun(run: NewRun, now: number): RunRecord {
  return {
    ...run,
    version: 1,
    createdAt: now,
    queuedAt: now,
    notBefore: now,
    queueDeadline: now + run.spec.queueTimeoutMs,
    state: 'queued',
    token: 0,
    attempt: null,
    executed: 0,
    cancel: null,
    inputEnd: null,
    end: null,
    past: [],
  };
}
