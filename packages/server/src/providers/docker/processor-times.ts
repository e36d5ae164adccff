import type { Clock } from '@errand/core';
import type { Engine } from './engine.ts';

/** The engine holds up for a second whoever asks about the same container again within one. */
const EVERY_MS = 1_500;

/** Time that containers have been on processors since their start. */
export class ProcessorTimes {
  readonly #engine: Engine;
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #askedAt = new Map<string, number>();

  constructor(engine: Engine, clock: Pick<Clock, 'steady'>) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** In ms. null where the engine does not tell, or was asked a moment ago: nobody could tell anything from two so close. */
  async of(id: string): Promise<number | null> {
    const now = this.#clock.steady();
    if (now - (this.#askedAt.get(id) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return null;
    this.#askedAt.set(id, now);
    try {
      const stats = await this.#engine.calls.getContainer(id).stats({ stream: false, 'one-shot': true });
      return Math.round(stats.cpu_stats.cpu_usage.total_usage / 1e6);
    } catch {
      return null;
    }
  }

  forget(id: string): void {
    this.#askedAt.delete(id);
  }
}
