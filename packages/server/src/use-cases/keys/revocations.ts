import type { Clock, KeyRecord, Notifier } from '@errand/core';
import { topics } from '../topics.ts';

/** The longest that a timer of Node can wait. What is held open for longer is asked for anew. */
const LONGEST_MS = 2 ** 31 - 1;

/** Ends what a key holds open, such as followed logs, once it is revoked or over; calls that it makes later are refused anyway. */
export class Revocations {
  readonly #notifier: Notifier;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #live = new Map<string, AbortController>();

  constructor({ notifier, clock }: { readonly notifier: Notifier; readonly clock: Pick<Clock, 'now'> }) {
    this.#notifier = notifier;
    this.#clock = clock;
    notifier.subscribe(topics.revoked, (keyId = '') => {
      this.#live.get(keyId)?.abort();
      this.#live.delete(keyId);
    });
  }

  /** Aborts when the key is revoked, or its time is over. */
  signalOf({ id, expiresAt }: Pick<KeyRecord, 'id' | 'expiresAt'>): AbortSignal {
    const live = this.#live.get(id) ?? new AbortController();
    this.#live.set(id, live);
    if (expiresAt === null) return live.signal;
    const left = Math.min(LONGEST_MS, Math.max(0, expiresAt - this.#clock.now()));
    return AbortSignal.any([live.signal, AbortSignal.timeout(left)]);
  }

  /** The key was removed from the store. */
  revoked(keyId: string): void {
    this.#notifier.pulse(topics.revoked, keyId);
  }
}
