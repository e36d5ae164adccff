import type { Clock } from '@errand/core';

const FAILURE_MS = 1_000;

/** Every failed authentication, of whatever kind, takes this long before it is answered: it is slow and says nothing. */
export async function slowFailure(clock: Pick<Clock, 'sleep'>): Promise<void> {
  await clock.sleep(FAILURE_MS);
}
