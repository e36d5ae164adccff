/**
 * Has shell scripts executed on machines without an agent: the way of the control plane's own agent to them. Slow, and not live: what a script writes comes
 * when it has ended.
 */
export interface Carrier {
  /**
   * Has a POSIX sh script executed there as root and answers once it has ended. It may be executed more than once, so whoever writes it sees that this does no
   * harm. Rejects where nobody knows what became of it: ask again.
   */
  carry(order: CarrierOrder): Promise<Carried>;
}

export interface CarrierOrder {
  readonly machine: string;
  readonly script: string;
  /** For whoever looks at the carrier's own records; at most 100 characters. */
  readonly note: string;
  /** Nobody waits for it any more: what has not begun shall not, and what waits shall end. */
  readonly signal: AbortSignal;
  /** The machine has it. */
  readonly onDelivered: () => void;
}

/** `said`: all that it wrote to its standard output. `gone`: the machine does not run any more, and neither does anything on it. */
export type Carried =
  | { readonly kind: 'said'; readonly output: AsyncIterable<Uint8Array> }
  | { readonly kind: 'gone' };
