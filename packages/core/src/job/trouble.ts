import { troubleAfter } from '../session/trouble.ts';
import type { ProviderErrorKind } from '../vocabulary/provider-error.ts';
import type { JobTrouble } from './record.ts';

/** One more failure in a row: the wait doubles from a second to a minute, as it does for sessions. */
export function jobTroubleAfter(
  before: JobTrouble | null,
  failure: {
    readonly error: ProviderErrorKind;
    readonly why: string;
    readonly retryAfterMs: number | null;
    readonly now: number;
  },
): JobTrouble {
  const { at: _at, ...trouble } = troubleAfter(before === null ? null : { ...before, at: 0 }, failure);
  return trouble;
}
