import type { Clock } from '@errand/core';

/** Given as the reason of every abort, so that none has to make an error with a stack. */
const RUNG = 'rung';

/** Wakes the one who waits; a ring while nobody waits is kept for the next wait. */
export class Bell {
  #nap = new AbortController();

  readonly ring = (): void => this.#nap.abort(RUNG);

  /** Resolves at the next ring (at once if it rang since the last wait), at the latest after `ms`. */
  async wait(clock: Clock, ms: number): Promise<void> {
    await clock.sleep(ms, this.#nap.signal);
    this.#nap = new AbortController();
  }
}
