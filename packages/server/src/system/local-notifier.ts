import type { Notifier } from '@errand/core';

/** Pulses within this process. Listeners are called at once, in the order in which they subscribed. */
export class LocalNotifier implements Notifier {
  readonly #listeners = new Map<string, Set<(subject?: string) => void>>();

  pulse(topic: string, subject?: string): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(subject);
  }

  subscribe(topic: string, listener: (subject?: string) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }
}
