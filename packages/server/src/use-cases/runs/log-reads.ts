import type { AttemptRef, Clock } from '@errand/core';

/** Reads older than this no longer matter to retention. */
const REMEMBER_MS = 20 * 60_000;

/** When each log was last read, so that retention takes none under a reader. Kept in memory: after a start everything counts as just read. */
export class LogReads {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #since: number;
  readonly #lastRead = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  note(log: AttemptRef): void {
    // Deleting first keeps the map in the order of the reads, so that forgetting can stop early.
    this.#lastRead.delete(nameOf(log));
    this.#lastRead.set(nameOf(log), this.#clock.now());
    this.#forget();
  }

  lastRead(log: AttemptRef): number {
    return this.#lastRead.get(nameOf(log)) ?? this.#since;
  }

  #forget(): void {
    const before = this.#clock.now() - REMEMBER_MS;
    for (const [name, at] of this.#lastRead) {
      if (at >= before) return;
      this.#lastRead.delete(name);
    }
  }
}

function nameOf({ runId, token }: AttemptRef): string {
  return `${runId}.${token}`;
}
