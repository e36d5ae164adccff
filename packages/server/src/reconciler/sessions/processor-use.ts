/** A process that computes uses at least this share of one processor; one that only waits for requests uses far less. */
const WORKING_SHARE = 0.05;
/** Two looks closer than this would measure chance; where there is time, a daemon that wakes for a moment is not at work either. */
const LEAST_MS = { from: 2_000, to: 10_000 };
/** This part of the idle limit may go by until it is known. */
const PART_OF_LIMIT = 1 / 12;

interface Sample {
  readonly cpuMs: number;
  readonly at: number;
}

/** Tells from the processor time of two looks whether the processes of a session work, so that a build without a connection is not stopped. */
export class ProcessorUse {
  readonly #samples = new Map<string, Sample>();
  readonly #unsure = new Set<string>();

  /** null: not known yet, look again in a few seconds. `at`: steady ms. `idleMs`: how long the session may be idle. */
  working(sessionId: string, { cpuMs, at }: Sample, idleMs: number | null): boolean | null {
    const working = this.#compare(sessionId, { cpuMs, at }, leastBetween(idleMs));
    if (working === null) this.#unsure.add(sessionId);
    else this.#unsure.delete(sessionId);
    return working;
  }

  /** Was the last answer that it is not known? */
  unsure(sessionId: string): boolean {
    return this.#unsure.has(sessionId);
  }

  #compare(sessionId: string, { cpuMs, at }: Sample, leastMs: number): boolean | null {
    const before = this.#samples.get(sessionId);
    // Less than before: it was started anew.
    if (before === undefined || cpuMs < before.cpuMs) {
      this.#samples.set(sessionId, { cpuMs, at });
      return null;
    }
    const passed = at - before.at;
    if (passed < leastMs) return null;
    this.#samples.set(sessionId, { cpuMs, at });
    return (cpuMs - before.cpuMs) / passed >= WORKING_SHARE;
  }

  forget(sessionId: string): void {
    this.#samples.delete(sessionId);
    this.#unsure.delete(sessionId);
  }
}

function leastBetween(idleMs: number | null): number {
  return Math.min(LEAST_MS.to, Math.max(LEAST_MS.from, (idleMs ?? Number.POSITIVE_INFINITY) * PART_OF_LIMIT));
}
