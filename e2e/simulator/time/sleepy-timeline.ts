import type { Timeline } from './timeline.ts';

/** The time of one machine: what falls due while it sleeps happens when it wakes. */
export class SleepyTimeline implements Pick<Timeline, 'now' | 'after'> {
  readonly #timeline: Timeline;
  #asleepUntil = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get now(): number {
    return this.#timeline.now;
  }

  get isAsleep(): boolean {
    return this.#asleepUntil > this.now;
  }

  wake(): void {
    this.#asleepUntil = this.now;
  }

  sleep(ms: number): void {
    this.#asleepUntil = Math.max(this.#asleepUntil, this.now + ms);
  }

  after(ms: number, what: string, act: () => void): () => void {
    let cancel = (): void => {};
    const wait = (left: number): void => {
      cancel = this.#timeline.after(left, what, () => {
        const asleep = this.#asleepUntil - this.now;
        if (asleep > 0) wait(asleep);
        else act();
      });
    };
    wait(ms);
    return () => cancel();
  }
}
