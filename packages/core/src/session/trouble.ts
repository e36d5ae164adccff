import type { ProviderErrorKind } from '../vocabulary/provider-error.ts';
import type { Trouble } from './record.ts';

const FIRST_MS = 1_000;
/** A provider that comes back is noticed within this. */
const LONGEST_MS = 60_000;

export interface FailedCall {
  readonly error: ProviderErrorKind;
  readonly why: string;
  readonly retryAfterMs: number | null;
  readonly now: number;
}

/** One more failure in a row: the wait doubles from a second to a minute, and is never shorter than the provider asks for. */
export function troubleAfter(before: Trouble | null, { error, why, retryAfterMs, now }: FailedCall): Trouble {
  const count = (before?.count ?? 0) + 1;
  const backOffMs = Math.min(FIRST_MS * 2 ** Math.min(count - 1, 10), LONGEST_MS);
  const notBefore = now + Math.max(backOffMs, retryAfterMs ?? 0);
  return { kind: error, message: why, count, at: now, notBefore };
}
