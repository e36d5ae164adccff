import { hasLabels, type Labels, type RunRecord } from '@errand/core';

/** A waiting poll with free slots, whose agent found the queue of its pool empty. */
export interface Offer {
  readonly agentId: string;
  readonly pool: string;
  /** Of the agent. */
  readonly labels: Labels;
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
      // A session has a pool of its own, and there are many sessions.
      if (offers.size === 0 && this.#byPool.get(offer.pool) === offers) this.#byPool.delete(offer.pool);
    };
  }

  /** Uses up one place of the oldest offer whose agent may serve the run. */
  take({ pool, agentId, labels }: Pick<RunRecord, 'pool' | 'agentId' | 'labels'>): Offer | null {
    for (const [offer, left] of this.#byPool.get(pool) ?? []) {
      const fits = agentId === null ? hasLabels(offer.labels, labels) : offer.agentId === agentId;
      if (left === 0 || !fits) continue;
      this.#byPool.get(pool)?.set(offer, left - 1);
      return offer;
    }
    return null;
  }

  /** The place was not needed after all. */
  giveBack(offer: Offer): void {
    const offers = this.#byPool.get(offer.pool);
    const left = offers?.get(offer);
    // One that was withdrawn meanwhile stays so.
    if (left !== undefined) offers?.set(offer, left + 1);
  }
}
