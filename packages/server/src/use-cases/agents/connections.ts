import { type Clock, DEFAULTS, observeRun, type RunStore } from '@errand/core';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';

/** An agent breaks a poll off itself when it has news, and comes back at once. */
const COME_BACK_MS = 2_000;

export interface ConnectionsParts extends ChangeRunParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release' | 'heldBy'>;
  readonly clock: Clock;
}

/**
 * Which agents hold a poll open. Where the connection of one closes and it does not come back, what it holds is missed sooner
 * than by silence alone. Kept in memory: only a hint, the leases are the truth.
 */
export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #open = new Map<string, number>();

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  /** Runs a poll of an agent; `signal` aborts when its connection closes. */
  async during<Answer>(agentId: string, signal: AbortSignal, poll: () => Promise<Answer>): Promise<Answer> {
    this.#open.set(agentId, (this.#open.get(agentId) ?? 0) + 1);
    try {
      return await poll();
    } finally {
      this.#leave(agentId);
      // Fails only when the control plane ends meanwhile; then silence says the same a little later.
      if (signal.aborted) this.#miss(agentId).catch(() => undefined);
    }
  }

  #leave(agentId: string): void {
    const left = (this.#open.get(agentId) ?? 1) - 1;
    if (left === 0) this.#open.delete(agentId);
    else this.#open.set(agentId, left);
  }

  async #miss(agentId: string): Promise<void> {
    const { clock, runs } = this.#parts;
    await clock.sleep(COME_BACK_MS);
    if (this.#open.has(agentId)) return;
    const [now, leftMs] = [clock.now(), DEFAULTS.silentAfterCloseMs - COME_BACK_MS];
    for (const run of await runs.heldBy(agentId)) {
      const fact = { kind: 'disconnected', token: run.token, leftMs, now } as const;
      await changeRun(this.#parts, run.id, (present) => observeRun(present, fact));
    }
  }
}
