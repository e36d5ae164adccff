import type { EndReason } from '../vocabulary/end-reason.ts';

/** What became of the result that an attempt reported: kept beside the run, or not good, in a sentence. null: it reported none. */
export type ResultState = { readonly kind: 'kept' } | { readonly kind: 'invalid'; readonly why: string };

/** A run that would have succeeded has not where its result is not good; one that failed keeps its own reason. */
export function withResult(reason: EndReason, result: ResultState | null): EndReason {
  const wouldSucceed = reason.kind === 'exited' && reason.code === 0;
  return wouldSucceed && result?.kind === 'invalid' ? { kind: 'result_invalid', why: result.why } : reason;
}
