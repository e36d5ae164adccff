import { type JobRecord, ProviderError } from '@errand/core';
import { type JobParts, placeOf } from '../../use-cases/jobs/job-parts.ts';
import { attemptOf } from './job-task.ts';

/**
 * Puts the document as it was run beside the outputs, so that whoever finds them knows where they come from. Repeatable. Answers what went wrong, for
 * people: it spoils no output.
 */
export async function storeDocument(parts: JobParts, job: JobRecord): Promise<string | null> {
  const { number, sessionId } = attemptOf(job);
  const about = { job: job.id, attempt: number, submittedAt: new Date(job.createdAt).toISOString() };
  const file = {
    name: documentName(job.id),
    text: `${JSON.stringify({ ...about, document: job.document }, null, 2)}\n`,
  };
  try {
    for (const { target } of job.spec.outputs)
      await placeOf(parts, target).putBeside(target, file, sessionId);
    return null;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return `The document could not be stored with the outputs: ${error.message}`;
  }
}

/** What a document is called beside outputs; a prefix that holds nothing else holds no output. */
function documentName(jobId: string): string {
  return `errand-${jobId}.json`;
}
