import type { Activity, ActivityKind } from '@errand/core';

/**
 * The latest use of each session that this process has seen: bytes through the proxy, input to a terminal, the end of a command. Noting one costs no
 * write; the reconciler writes it down now and then, so that a restart forgets little.
 */
export class SessionUses {
  readonly #latest = new Map<string, Activity>();

  note(sessionId: string, kind: ActivityKind, at: number): void {
    const known = this.#latest.get(sessionId);
    if (known === undefined || known.at < at) this.#latest.set(sessionId, { kind, at });
  }

  /** Sessions that were used here. */
  ids(): readonly string[] {
    return [...this.#latest.keys()];
  }

  latest(sessionId: string): Activity | null {
    return this.#latest.get(sessionId) ?? null;
  }

  forget(sessionId: string): void {
    this.#latest.delete(sessionId);
  }
}
