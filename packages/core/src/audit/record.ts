import type { ErrorCode } from '../vocabulary/error-code.ts';

/** One thing that somebody did to the control plane, or was refused. */
export interface AuditRecord {
  readonly id: string;
  /** When it was asked for, in ms since 1970. */
  readonly at: number;
  /** The key that asked; `local` over the socket of the data folder; null: none that is known. */
  readonly keyId: string | null;
  /** Its name and owner as they were. */
  readonly keyName: string | null;
  readonly owner: string | null;
  /** The operation of the API, such as `cancelRun`. */
  readonly action: string;
  /** Id or name of what it was done to; null where that is nothing of its own, or not known yet. */
  readonly target: string | null;
  /** The network address it came from; null: this machine, over the socket. */
  readonly address: string | null;
  /** null: the control plane ended before it knew. */
  readonly outcome: AuditOutcome | null;
  /** A sentence on the outcome. */
  readonly note: string | null;
}

export type AuditOutcome = 'done' | ErrorCode;

/** What is known of it only at its end. */
export type AuditEnd = Pick<AuditRecord, 'id' | 'target' | 'outcome' | 'note'>;
