import { createHash } from 'node:crypto';
import { createJob, ErrandError, type InsertedJob, type JobRecord } from '@errand/core';
import type { Actor } from '../actor.ts';
import { topics } from '../topics.ts';
import type { JobParts } from './job-parts.ts';
import { type DocumentFault, type ReadDocument, readDocument } from './read-document.ts';

export interface JobSubmission {
  readonly document: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
}

/** Writes a job down, or returns the one that the same Idempotency-Key made before. The reconciler runs it. Throws `invalid` with every fault. */
export async function submitJob(
  parts: JobParts,
  actor: Actor,
  { document: written, idempotencyKey }: JobSubmission,
): Promise<JobRecord> {
  const now = parts.clock.now();
  const { faults, job: read } = await readDocument(parts, { actor, now }, written);
  if (read === null) throw invalidDocument(faults);
  const job = newJob(parts, actor, read, now);
  const idempotency =
    idempotencyKey === null ? null : { key: idempotencyKey, fingerprint: fingerprintOf(written) };
  const inserted = await parts.jobs.insert(job, idempotency);
  if (inserted.kind === 'repeated') return await earlier(parts, inserted, idempotency?.fingerprint);
  if (inserted.kind === 'name_taken') throw nameTaken(job, inserted);
  parts.notifier.pulse(topics.job(job.id));
  parts.notifier.pulse(topics.jobs, job.id);
  return job;
}

function newJob(
  { ids }: JobParts,
  { id: createdBy, role }: Actor,
  read: NonNullable<ReadDocument['job']>,
  now: number,
): JobRecord {
  return createJob({ ...read, id: ids.next('job', now), createdBy, role }, now);
}

function invalidDocument(faults: readonly DocumentFault[]): ErrandError {
  const fields = faults.map(({ path, message }) => ({ field: path.join('.') || 'body', message }));
  const sentence = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new ErrandError('invalid', sentence, { details: { fields, faults } });
}

function nameTaken(
  { name, owner }: JobRecord,
  { jobId }: Extract<InsertedJob, { kind: 'name_taken' }>,
): ErrandError {
  const message = `${owner} has a job ${name ?? ''} already (${jobId}); choose another name, such as one with {date}-{time}`;
  return new ErrandError('conflict', message, { details: { field: 'name', job: jobId } });
}

async function earlier(
  { jobs }: JobParts,
  { jobId, fingerprint }: Extract<InsertedJob, { kind: 'repeated' }>,
  wanted: string | undefined,
): Promise<JobRecord> {
  if (fingerprint !== wanted)
    throw new ErrandError(
      'conflict',
      'this Idempotency-Key was used for another document; use a new one for a new job',
    );
  const job = await jobs.get(jobId);
  if (job === null) throw new ErrandError('gone', 'the job that this Idempotency-Key made is no longer kept');
  return job;
}

/** Of the document as it was written: placeholders would make each repeat another one. */
function fingerprintOf(document: JobSubmission['document']): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex');
}
