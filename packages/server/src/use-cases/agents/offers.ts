import type { RunRecord } from '@errand/core';

/** A waiting poll with free slots, whose agent found the queue of its pool empty. */
export interface Offer {
  readonly agentId: string;
  readonly pool: string;
  readonly leaseMs: number;
  readonly lostAfterMs: number;
  /** How many runs it takes. */
  readonly free: number;
  /** Called once the lease is durable. A poll that is over by then is no loss: leases are given again. */
  readonly deliver: (run: RunRecord) => void;
}

/**
 * Lets a submission hand its run to an agent that is waiting for one, in the commit that makes the run. Only a short cut: without it the run
 * goes through the queue.
 */
export class Offers {
  readonly #byPool = new Map<string, Map<Offer, number>>();

  /** Makes an offer; the returned function withdraws it. */
  put(offer: Offer): () => void {
    const offers = this.#byPool.get(offer.pool) ?? new Map<Offer, number>();
    this.#byPool.set(offer.pool, offers.set(offer, offer.free));
    return () => {
      offers.delete(offer);
    };
  }

  /** Uses up one place of the oldest offer in the pool, of the named agent where one is wanted. */
  take(pool: string, agentId: string | null): Offer | null {
    const offers = this.#byPool.get(pool) ?? new Map<Offer, number>();
    for (const [offer, left] of offers) {
      if (agentId !== null && offer.agentId !== agentId) continue;
      if (left > 1) offers.set(offer, left - 1);
      else offers.delete(offer);
      return offer;
    }
    return null;
  }
}
