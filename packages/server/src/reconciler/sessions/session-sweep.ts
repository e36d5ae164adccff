import { type Found, type FoundVerdict, judgeFound, type Provider } from '@errand/core';
import type { SessionParts } from '../../use-cases/sessions/session-parts.ts';
import { callProvider } from './call-provider.ts';

/** The sweep is the second of three killers; within this time of it an orphan is gone. */
const SWEEP_MS = 60_000;

export interface SessionSweepParts extends Pick<SessionParts, 'sessions' | 'providers' | 'clock'> {
  readonly tag: string;
}

/**
 * Asks every provider what exists under our tag, and ends what should not be there: what no session knows of, and what has outlived its lease,
 * whatever our own records say of it.
 */
export class SessionSweep {
  readonly #parts: SessionSweepParts;

  constructor(parts: SessionSweepParts) {
    this.#parts = parts;
  }

  /** One look at every provider. `onError` hears of those that failed; the others are swept all the same. */
  async tick(onError: (error: unknown) => void): Promise<void> {
    await Promise.all(
      [...this.#parts.providers.values()].map((provider) => this.#sweep(provider).catch(onError)),
    );
  }

  /** Sweeps until the signal aborts. */
  async run(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      await this.tick(onError);
      await this.#parts.clock.sleep(SWEEP_MS, signal);
    }
  }

  async #sweep(provider: Provider): Promise<void> {
    const { tag, clock, sessions } = this.#parts;
    const found = await callProvider(provider, clock, async () => (await provider.list?.(tag)) ?? []);
    // One that cannot be ended must not keep the others alive.
    const answers = await Promise.allSettled(
      found.map(async (each) => {
        const { kind } = judgeFound(each, await sessions.get(each.sessionId), clock.now());
        await callProvider(provider, clock, () => TREATMENTS[kind](provider, each));
      }),
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

/** What is not ended yet is found again by the next sweep. */
const TREATMENTS: {
  readonly [Kind in FoundVerdict['kind']]: (provider: Provider, found: Found) => Promise<unknown>;
} = {
  known: async () => undefined,
  unsure: async () => undefined,
  orphan: (provider, { handle }) => provider.terminate(handle),
  // Its disk may hold what its owner wants back.
  overdue: (provider, { handle }) => provider.stop(handle),
  woken: (provider, { handle }) => provider.stop(handle),
};
