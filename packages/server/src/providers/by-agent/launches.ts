import type { Handle } from '@errand/core';

/** The launches of a provider that are under way, by key: whoever asks for one of them gets its answer. */
export class Launches {
  readonly #underWay = new Map<string, Promise<Handle>>();

  once(key: string, make: () => Promise<Handle>): Promise<Handle> {
    const known = this.#underWay.get(key);
    if (known !== undefined) return known;
    const launch = make().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, launch);
    return launch;
  }
}
