/** Hints that something changed. Losing a pulse may delay, never break: whoever waits also polls. */
export interface Notifier {
  pulse(topic: string): void;
  /** Calls `listener` soon after each pulse of the topic until the returned function is called. A listener must not throw. */
  subscribe(topic: string, listener: () => void): () => void;
}
