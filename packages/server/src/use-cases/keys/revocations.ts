import type { Notifier } from '@errand/core';
import { topics } from '../topics.ts';

/** Ends what a key holds open, such as followed logs, once it is revoked; calls that it makes later are refused anyway. */
export class Revocations {
  readonly #notifier: Notifier;
  readonly #live = new Map<string, AbortController>();

  constructor(notifier: Notifier) {
    this.#notifier = notifier;
    notifier.subscribe(topics.revoked, (keyId = '') => {
      this.#live.get(keyId)?.abort();
      this.#live.delete(keyId);
    });
  }

  /** Aborts when the key is revoked. */
  signalOf(keyId: string): AbortSignal {
    const live = this.#live.get(keyId) ?? new AbortController();
    this.#live.set(keyId, live);
    return live.signal;
  }

  /** The key was removed from the store. */
  revoked(keyId: string): void {
    this.#notifier.pulse(topics.revoked, keyId);
  }
}
