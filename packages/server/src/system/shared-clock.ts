import type { Clock, Store } from '@errand/core';

/** How often this machine's clock is compared with the database's; clocks drift by some ms in this time. */
const COMPARE_MS = 60_000;

/**
 * The clock of the database where several processes share one, so that leases end at the same moment for all of them; the given clock
 * otherwise. Asks once before it resolves, then every minute until the signal aborts; an answer that fails to come changes nothing.
 */
export async function sharedClock(
  store: Pick<Store, 'time'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Clock> {
  let ahead = await aheadOf(store, clock);
  if (ahead === null) return clock;
  void keepComparing();
  return { ...clock, now: () => Math.round(clock.now() + (ahead ?? 0)) };

  async function keepComparing(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(COMPARE_MS, signal);
      if (!signal.aborted) ahead = (await aheadOf(store, clock).catch(() => null)) ?? ahead;
    }
  }
}

/** By how many ms the database's clock is ahead; half of the way there and back is taken off. */
async function aheadOf(store: Pick<Store, 'time'>, clock: Clock): Promise<number | null> {
  const [asked, steady] = [clock.now(), clock.steady()];
  const time = await store.time();
  return time === null ? null : time - asked - (clock.steady() - steady) / 2;
}
