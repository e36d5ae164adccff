/** How the log of an attempt ended. `bytes` and `sha256` speak of what is stored, the kept tail included. */
export interface LogEnd {
  readonly bytes: number;
  /** Hex, of the stored bytes; null where nobody could compute it (the spool is gone). */
  readonly sha256: string | null;
  /** null: complete. Otherwise how many bytes are missing before the tail, and why. */
  readonly truncated: { readonly dropped: number; readonly why: 'cap' | 'disk_full' | 'lost' } | null;
}

export const STREAMS = ['stdout', 'stderr'] as const;
export type Stream = (typeof STREAMS)[number];
