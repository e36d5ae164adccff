/** Whoever waits for one log to grow. */
interface Watched {
  readonly listeners: Set<{ readonly call: () => void }>;
  size: number;
}

/**
 * Wakes those who wait for logs to grow. Somebody else may write a log, and word of it may be lost, so while anybody waits the sizes are
 * looked at as well; that look is the truth, everything else only makes it faster.
 */
export class LogWatchers {
  readonly #sizeOf: (name: string) => number;
  readonly #everyMs: number;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | null = null;

  constructor(sizeOf: (name: string) => number, everyMs: number) {
    this.#sizeOf = sizeOf;
    this.#everyMs = everyMs;
  }

  watch(name: string, listener: () => void): () => void {
    const watched = this.#watched.get(name) ?? { listeners: new Set(), size: this.#sizeOf(name) };
    this.#watched.set(name, watched);
    const entry = { call: listener };
    watched.listeners.add(entry);
    // A process that has nothing else to do need not stay alive for this.
    this.#timer ??= setInterval(() => this.#look(), this.#everyMs).unref();
    return () => {
      watched.listeners.delete(entry);
      if (watched.listeners.size === 0 && this.#watched.get(name) === watched) this.#watched.delete(name);
      if (this.#watched.size === 0) this.stop();
    };
  }

  /** Calls those who wait for this log. */
  wake(name: string): void {
    const watched = this.#watched.get(name);
    if (watched === undefined) return;
    for (const { call } of Array.from(watched.listeners)) call();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    for (const [name, watched] of this.#watched) {
      const size = this.#sizeOf(name);
      if (size === watched.size) continue;
      watched.size = size;
      this.wake(name);
    }
  }
}
