/** Hints that something changed. Losing a pulse may delay, never break: whoever waits also polls. */
export interface Notifier {
  /** `subject` says which of many things behind the topic changed, for instance the id of a run. */
  pulse(topic: string, subject?: string): void;
  /** Calls `listener` soon after each pulse of the topic until the returned function is called. A listener must not throw. */
  subscribe(topic: string, listener: (subject?: string) => void): () => void;
}
