import type { Clock, Notifier } from '@errand/core';
import { Bell } from './bell.ts';

/** A pulse may be lost, so whoever waits looks again after this. */
const LOOK_AGAIN_MS = 1_000;

export interface WaitForOptions<Value> {
  readonly topics: readonly string[];
  /** null: not yet. `pulsed`: the topics that made it look now; null where it should look at everything. */
  readonly look: (pulsed: ReadonlySet<string> | null) => Promise<Value | null>;
  readonly waitMs: number;
  /** How long it relies on pulses alone; a second where nothing is said. */
  readonly lookAgainMs?: number;
  readonly signal: AbortSignal;
}

/** Looks until there is something, the time is up or the signal aborts; then null. Pulses only make it look sooner. */
export async function waitFor<Value>(
  { clock, notifier }: { readonly clock: Clock; readonly notifier: Notifier },
  { topics, look, waitMs, lookAgainMs = LOOK_AGAIN_MS, signal }: WaitForOptions<Value>,
): Promise<Value | null> {
  // Steady time: a wall clock that is set back would let everybody wait for as long.
  const until = clock.steady() + waitMs;
  const bell = new Bell();
  let pulsed = new Set<string>();
  const unsubscribes = topics.map((topic) =>
    notifier.subscribe(topic, () => {
      pulsed.add(topic);
      bell.ring();
    }),
  );
  signal.addEventListener('abort', bell.ring);
  try {
    for (let first = true; ; first = false) {
      const heard = pulsed;
      pulsed = new Set();
      const found = await look(first || heard.size === 0 ? null : heard);
      const left = until - clock.steady();
      if (found !== null || left <= 0 || signal.aborted) return found;
      await bell.wait(clock, Math.min(left, lookAgainMs));
    }
  } finally {
    signal.removeEventListener('abort', bell.ring);
    for (const unsubscribe of unsubscribes) unsubscribe();
  }
}
