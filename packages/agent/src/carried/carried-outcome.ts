import { relayedOutcome } from '../container/relayed.ts';
import type { Outcome } from '../outcome.ts';

/** What became of a command on a machine without an agent. `said`: what the carried keeper has written down beside the end, as a relay does; null: nothing. */
export function carriedOutcome(outcome: Outcome, said: string | null): Outcome {
  return said === null ? outcome : relayedOutcome(outcome, said);
}
