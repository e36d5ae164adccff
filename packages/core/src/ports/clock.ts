/** Time, as an argument of everything that needs it. */
export interface Clock {
  /** Wall time in ms since 1970; may jump. */
  now(): number;
  /** Time in ms that only ever rises at the pace of time; its zero means nothing. */
  steady(): number;
  /** Resolves after `ms`, or at once (without an error) when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
