interface Offer<One> {
  /** Those of one line wait for the same room. */
  readonly line: (one: One) => string;
  /** What becomes of it: `full` waits for the next time, `idle` needs no turn. */
  readonly begin: (one: One) => 'begun' | 'idle' | 'full';
}

/**
 * Who comes first where not all can be served at once: those who had no turn since everybody in their line had one. Otherwise whoever is due for longest would
 * be served again and again, and the last of many never.
 */
export class Turns {
  readonly #had = new Map<string, Set<string>>();

  /** How many had one in the present rounds. */
  get size(): number {
    return [...this.#had.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Offers each a turn; those who had none in this round come first, and a round is over when none of them is left. */
  give<One extends { readonly id: string }>(due: readonly One[], { line, begin }: Offer<One>): void {
    const had = new Set([...this.#had.values()].flatMap((ids) => [...ids]));
    const full = new Set<string>();
    for (const one of [...due.filter(({ id }) => !had.has(id)), ...due.filter(({ id }) => had.has(id))]) {
      const its = line(one);
      const became = begin(one);
      if (became === 'begun') this.#of(its).add(one.id);
      if (became === 'full' && !had.has(one.id)) full.add(its);
    }
    for (const its of this.#had.keys()) if (!full.has(its)) this.#had.delete(its);
  }

  #of(line: string): Set<string> {
    const known = this.#had.get(line) ?? new Set();
    this.#had.set(line, known);
    return known;
  }
}
