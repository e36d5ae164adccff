import type { JobReport } from '@errand/contract';
import type { Actor } from '../actor.ts';
import type { JobParts } from './job-parts.ts';
import { readDocument } from './read-document.ts';

/** What is wrong with a document, and what it would be run as now. Makes nothing. */
export async function checkDocument(
  parts: JobParts,
  actor: Actor,
  written: Readonly<Record<string, unknown>>,
): Promise<JobReport> {
  const { faults, job } = await readDocument(parts, { actor, now: parts.clock.now() }, written);
  return {
    faults: faults.map(({ path, message }) => ({ path: [...path], message })),
    warnings: [...(job?.warnings ?? [])],
    document: job === null ? null : { ...job.document },
  };
}
