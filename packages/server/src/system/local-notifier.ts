import type { Notifier } from '@errand/core';

/** Pulses within this process. Listeners are called at once, in the order in which they subscribed. */
export class LocalNotifier implements Notifier {
  readonly #listeners = new Map<string, Set<Subscription>>();

  pulse(topic: string, subject?: string): void {
    for (const { listener } of Array.from(this.#listeners.get(topic) ?? [])) listener(subject);
  }

  subscribe(topic: string, listener: (subject?: string) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    const subscription: Subscription = { listener };
    this.#listeners.set(topic, listeners.add(subscription));
    return () => {
      listeners.delete(subscription);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }
}

/** Of its own for each call, so that one listener may subscribe twice. */
interface Subscription {
  readonly listener: (subject?: string) => void;
}
