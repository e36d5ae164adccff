import type { Clock, Notifier } from '@errand/core';

/** A pulse may be lost, so whoever waits looks again after this. */
const LOOK_AGAIN_MS = 1_000;

export interface WaitForOptions<Value> {
  readonly topics: readonly string[];
  /** null: not yet. */
  readonly look: () => Promise<Value | null>;
  readonly until: number;
  readonly signal: AbortSignal;
}

/** Looks until there is something, the time is up or the signal aborts; then null. Pulses only make it look sooner. */
export async function waitFor<Value>(
  { clock, notifier }: { readonly clock: Clock; readonly notifier: Notifier },
  { topics, look, until, signal }: WaitForOptions<Value>,
): Promise<Value | null> {
  let pulsed = Promise.withResolvers<void>();
  const unsubscribes = topics.map((topic) => notifier.subscribe(topic, () => pulsed.resolve()));
  try {
    for (;;) {
      const found = await look();
      const left = until - clock.now();
      if (found !== null || left <= 0 || signal.aborted) return found;
      const nap = new AbortController();
      const asleep = clock.sleep(Math.min(left, LOOK_AGAIN_MS), AbortSignal.any([signal, nap.signal]));
      await Promise.race([pulsed.promise, asleep]);
      nap.abort();
      pulsed = Promise.withResolvers();
    }
  } finally {
    for (const unsubscribe of unsubscribes) unsubscribe();
  }
}
