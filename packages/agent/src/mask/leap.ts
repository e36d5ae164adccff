/** With shorter patterns leaps are too small to be worth it. */
const SHORTEST = 4;

/**
 * Leaps over bytes at which no pattern can begin (Wu and Manber, 1994): of the bytes ahead, as many as the shortest pattern has, it looks at the last two, and
 * they tell how far away the next beginning is at least. Ordinary text is passed several bytes at a time.
 */
export class Leap {
  readonly #window: number;
  /** By two bytes: how far the window may move on until they could be a part of the beginning of a pattern; 0: they may be its end as they are. */
  readonly #shifts: Uint8Array;

  constructor(patterns: readonly Uint8Array[]) {
    const shortest = Math.min(...patterns.map(({ length }) => length));
    this.#window = shortest < SHORTEST ? 0 : Math.min(shortest, 256);
    this.#shifts = new Uint8Array(this.#window === 0 ? 0 : 65_536).fill(this.#window - 1);
    for (const pattern of patterns) {
      for (let last = 1; last < this.#window; last += 1) {
        const pair = pairAt(pattern, last);
        this.#shifts[pair] = Math.min(this.#shifts[pair] as number, this.#window - 1 - last);
      }
    }
  }

  /** The first place from there on where a pattern, or a part of one that the bytes cut off, can begin. */
  from(bytes: Uint8Array, at: number): number {
    const window = this.#window;
    if (window === 0) return at;
    const shifts = this.#shifts;
    let last = at + window - 1;
    while (last < bytes.length) {
      const shift = shifts[pairAt(bytes, last)] as number;
      if (shift === 0) break;
      last += shift;
    }
    return last - window + 1;
  }
}

function pairAt(bytes: Uint8Array, last: number): number {
  return ((bytes[last - 1] as number) << 8) | (bytes[last] as number);
}
