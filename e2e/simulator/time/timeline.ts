import type { Random } from './random.ts';

/** What happens at a time of the simulation. */
interface Happening {
  readonly at: number;
  /** Order of what happens at the same time: drawn, so that every order is seen with some seed. */
  readonly turn: number;
  readonly what: string;
  readonly act: () => void;
  canceled: boolean;
}

/**
 * Virtual time in ms. One step is one happening with everything that follows from it without time passing: all promises that can settle
 * have settled when it ends.
 */
export class Timeline {
  now = 0;
  /** What has happened last, for people and for the hash of the trace. */
  onStep: (what: string) => void = () => {};
  readonly #random: Random;
  readonly #heap: Happening[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Lets something happen after `ms`, until the returned function is called. */
  after(ms: number, what: string, act: () => void): () => void {
    const at = this.now + Math.max(0, Math.ceil(ms));
    const happening: Happening = { at, turn: this.#random.unit(), what, act, canceled: false };
    this.#push(happening);
    return () => {
      happening.canceled = true;
    };
  }

  /** The next happening. False: nothing will ever happen again. */
  async step(): Promise<boolean> {
    const next = this.#pop();
    if (next === undefined) return false;
    this.now = next.at;
    this.onStep(next.what);
    next.act();
    await settled();
    return true;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(happening, heap[parent])) break;
      heap[at] = heap[parent] as Happening;
      at = parent;
    }
    heap[at] = happening;
  }

  /** The earliest that was not canceled. */
  #pop(): Happening | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (this.#heap.length > 0) this.#sink(last);
      if (!first.canceled) return first;
    }
  }

  #sink(happening: Happening): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (child >= heap.length || !isBefore(heap[child], happening)) break;
      heap[at] = heap[child] as Happening;
      at = child;
    }
    heap[at] = happening;
  }
}

function isBefore(a: Happening | undefined, b: Happening | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}

/** The next turn of Node's loop comes when every promise that could settle has settled; no real time is waited for. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
