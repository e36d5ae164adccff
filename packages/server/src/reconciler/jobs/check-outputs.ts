import {
  type JobOutput,
  type JobRecord,
  judgeChecksum,
  judgeOutput,
  type OutputProgress,
  type OutputSight,
  ProviderError,
} from '@errand/core';
import { type JobParts, placeOf } from '../../use-cases/jobs/job-parts.ts';
import { type Again, attemptOf, observe } from './job-task.ts';
import type { OutputLooks } from './output-looks.ts';
import { storeDocument } from './store-document.ts';

const SOON_MS = 1_000;
/** Not known yet: that of a large one may take long to be read. */
const READING: OutputProgress = { state: 'unchecked', why: 'it is being looked at' };

export interface CheckOutputsParts extends JobParts {
  readonly looks: OutputLooks;
}

/** Looks at every output that was not as it should be so far. What is wrong may still come right until its wait is over. */
export async function checkOutputs(parts: CheckOutputsParts, job: JobRecord): Promise<Again> {
  const { number: attempt, sessionId, before, outputs: known } = attemptOf(job);
  const looked = await Promise.all(
    job.spec.outputs.map(async (output, place): Promise<OutputProgress | null> => {
      const progress = known[place];
      if (progress?.state === 'ok') return progress;
      const around = { before: before[place] ?? null, sessionId };
      return await parts.looks.ask(job.id, `${attempt} ${place}`, () => progressOf(parts, output, around));
    }),
  );
  const outputs = looked.map((progress) => progress ?? READING);
  const now = parts.clock.now();
  if (outputs.every(({ state }) => state === 'ok')) {
    await observe(parts, job.id, { kind: 'outputs_seen', attempt, outputs, failed: null, now });
    const warning = await storeDocument(parts, job);
    return await observe(parts, job.id, { kind: 'outputs_kept', attempt, warning, now: parts.clock.now() });
  }
  const over = (place: number): boolean => now - job.since >= (job.spec.outputs[place]?.waitMs ?? 0);
  const failed = looked.findIndex(
    (progress, place) => progress !== null && progress.state !== 'ok' && over(place),
  );
  const [unseen] = outputs.slice(Math.max(failed, 0));
  if (failed >= 0 && unseen?.state === 'unchecked') {
    const why = `Output ${failed + 1} could not be looked at: ${unseen.why}`;
    return await observe(parts, job.id, { kind: 'failed', attempt, why, passing: true, now });
  }
  const seen = { attempt, outputs, failed: failed < 0 ? null : failed, now } as const;
  const again = await observe(parts, job.id, { kind: 'outputs_seen', ...seen });
  return failed < 0 ? SOON_MS : again;
}

interface Around {
  readonly before: OutputSight | null;
  readonly sessionId: string | null;
}

/** A place that does not answer is asked again, as one where the output is not there yet. */
async function progressOf(parts: JobParts, output: JobOutput, around: Around): Promise<OutputProgress> {
  try {
    return await judged(parts, output, around);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { state: 'unchecked', why: error.message };
  }
}

async function judged(
  parts: JobParts,
  output: JobOutput,
  { before, sessionId }: Around,
): Promise<OutputProgress> {
  const { target, checksum } = output;
  const place = placeOf(parts, target);
  const sight = await place.look(target, sessionId);
  const judgement = judgeOutput(output, before, sight);
  if (judgement.state !== 'ok' || checksum === null) return judgement;
  const hex = await place.checksum(target, checksum.algorithm, sessionId);
  return hex === null ? judgeOutput(output, before, null) : judgeChecksum(output, hex);
}
