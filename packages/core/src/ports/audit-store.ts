import type { AuditEnd, AuditRecord } from '../audit/record.ts';
import type { Page } from './run-store.ts';

/** Which entries: all of what is given must fit. */
export interface AuditFilter {
  readonly keyId?: string;
  readonly action?: string;
  readonly target?: string;
  /** ms since 1970; entries of that very ms are within. */
  readonly since?: number;
  /** ms since 1970; entries of that very ms are not within. */
  readonly before?: number;
}

/** Who did what: only ever added to, and forgotten by age. The same promises as the run store: what resolved is durable. */
export interface AuditStore {
  insert(entry: AuditRecord): Promise<void>;
  /** Writes down how they ended, all or none. An entry that has an outcome keeps what it says; an unknown one is no error. */
  end(ends: readonly AuditEnd[]): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter, page: Page): Promise<AuditRecord[]>;
  /** Forgets at most `limit` entries from before a time, the oldest first. */
  removeBefore(before: number, limit: number): Promise<void>;
}
