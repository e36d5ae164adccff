import { type Clock, ErrandError } from '@errand/core';

/** An instance that called so lately may be between two polls. */
const JUST_NOW_MS = 5_000;

interface Instance {
  readonly name: string;
  /** Polls that are open now. */
  open: number;
  /** By the steady clock; 0 once its connection closed. */
  calledAt: number;
}

/**
 * Which start of an agent's program has an identity now. Another one is turned away as long as that one is there, so that a copied
 * data folder doubles nothing. Kept in memory: after a start of the control plane the first to call has it.
 */
export class Instances {
  readonly #clock: Pick<Clock, 'now' | 'steady'>;
  readonly #present = new Map<string, Instance>();
  readonly #duplicates = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now' | 'steady'>) {
    this.#clock = clock;
  }

  /** A program presents itself. Throws `conflict` while another one with this identity is there. */
  enter(agentId: string, name: string | null): void {
    if (name === null) return;
    const present = this.#present.get(agentId);
    if (present !== undefined && present.name !== name) {
      if (this.#isThere(present)) this.#turnAway(agentId);
      this.#present.delete(agentId);
    }
    this.#note(agentId, name);
  }

  /** Any other call. Throws `conflict` where the identity is another program's now; `starting` is decided here. */
  check(agentId: string, name: string | null): void {
    if (name === null) return;
    if ((this.#present.get(agentId)?.name ?? name) !== name) this.#turnAway(agentId);
    this.#note(agentId, name);
  }

  /** Holds the identity as long as a poll is open; `signal` aborts when its connection closes. */
  async during<Answer>(agentId: string, signal: AbortSignal, poll: () => Promise<Answer>): Promise<Answer> {
    const present = this.#present.get(agentId);
    if (present !== undefined) present.open += 1;
    try {
      return await poll();
    } finally {
      if (present !== undefined) {
        present.open -= 1;
        if (signal.aborted) present.calledAt = 0;
      }
    }
  }

  /** When another program with this identity was turned away last, in ms since 1970. */
  duplicateSeenAt(agentId: string): number | null {
    return this.#duplicates.get(agentId) ?? null;
  }

  forget(agentId: string): void {
    this.#present.delete(agentId);
    this.#duplicates.delete(agentId);
  }

  #note(agentId: string, name: string): void {
    const present = this.#present.get(agentId) ?? { name, open: 0, calledAt: 0 };
    present.calledAt = this.#clock.steady();
    this.#present.set(agentId, present);
  }

  #isThere({ open, calledAt }: Instance): boolean {
    return open > 0 || (calledAt > 0 && this.#clock.steady() - calledAt < JUST_NOW_MS);
  }

  #turnAway(agentId: string): never {
    this.#duplicates.set(agentId, this.#clock.now());
    throw new ErrandError(
      'conflict',
      `another agent with the identity ${agentId} is there; where this data folder is a copy, give the agent an empty one and a token of its own`,
      { details: { inUse: true } },
    );
  }
}
