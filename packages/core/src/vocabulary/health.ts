/** When a session counts as ready. */
export interface HealthSpec {
  readonly check: HealthCheck;
  readonly intervalMs: number;
  /** Of one look. */
  readonly timeoutMs: number;
}

export type HealthCheck =
  | {
      readonly kind: 'http';
      readonly port: number;
      readonly path: string;
      readonly status: number;
      /** The whole body, white space at its ends apart; null: any. */
      readonly body: string | null;
      /** A body that says that waiting is pointless; null: none does. */
      readonly failedBody: string | null;
    }
  | { readonly kind: 'tcp'; readonly port: number }
  /** Healthy once it exits with 0. */
  | { readonly kind: 'command'; readonly argv: readonly string[] };
