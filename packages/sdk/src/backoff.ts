/** The first pause; doubled after each failure in a row. */
const FIRST_MS = 20;
/** A server that restarts is back within seconds; longer pauses would only make people wait. */
const LONGEST_MS = 3_000;

/**
 * Pauses between tries at one thing, growing up to a cap and shaken so that many clients do not come back at one moment. It gives up
 * when nothing has worked for `patienceMs`.
 */
export class Backoff {
  readonly #patienceMs: number;
  readonly #signal: AbortSignal | undefined;
  #failures = 0;
  #failingSince: number | null = null;

  constructor(patienceMs: number, signal?: AbortSignal) {
    this.#patienceMs = patienceMs;
    this.#signal = signal;
  }

  /** Something worked: the next failure is again a first one. */
  succeeded(): void {
    this.#failures = 0;
    this.#failingSince = null;
  }

  /** Waits after a failure; throws that failure once patience is at its end, or the reason of the signal when that says stop. */
  async failed(error: unknown): Promise<void> {
    const now = Date.now();
    this.#failingSince ??= now;
    if (now - this.#failingSince >= this.#patienceMs) throw error;
    const pause = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    await sleep(pause * (0.5 + Math.random() / 2), this.#signal);
  }
}

/** Resolves after the time; rejects with the signal's reason when that comes first. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
