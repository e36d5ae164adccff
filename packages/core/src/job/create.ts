import type { JobEvent, JobRecord, JobSpec } from './record.ts';

/** What a request decides; the rest of a new record follows from it. */
export interface NewJob {
  readonly id: string;
  readonly owner: string;
  readonly createdBy: string;
  readonly role: JobRecord['role'];
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly spec: JobSpec;
  readonly document: JobRecord['document'];
  readonly warnings: readonly string[];
}

/** A new job, submitted at `now`. */
export function createJob(job: NewJob, now: number): JobRecord {
  const texts: readonly Omit<JobEvent, 'seq' | 'at'>[] = [
    { kind: 'queued', text: 'Submitted.' },
    ...job.warnings.map((text) => ({ kind: 'warning' as const, text })),
  ];
  return {
    ...job,
    version: 1,
    createdAt: now,
    deadline: now + job.spec.deadlineMs,
    state: 'queued',
    since: now,
    attempt: null,
    past: [],
    notBefore: now,
    cancel: null,
    trouble: null,
    end: null,
    events: texts.map((event, index) => ({ seq: index + 1, at: now, ...event })),
  };
}
