import { type Idempotency, isFinalState, type SessionRecord, sessionWakeAt } from '@errand/core';
import type { SessionsTable } from '../schema.ts';

/** The record of a row: the document alone; the columns serve to find it. */
export function sessionOf({ doc }: Pick<SessionsTable, 'doc'>): SessionRecord {
  // Records of versions before these fields were there.
  return { share: { level: 'owner' }, run: null, ...JSON.parse(doc) };
}

/** The row of a new session. */
export function newSessionRow(session: SessionRecord, idempotency: Idempotency | null): SessionsTable {
  return {
    id: session.id,
    owner: session.owner,
    created_by: session.createdBy,
    name: session.name,
    subdomain: session.subdomain,
    provider: session.spec.provider,
    created_at: session.createdAt,
    run_id: session.run?.id ?? null,
    idempotency_key: idempotency?.key ?? null,
    fingerprint: idempotency?.fingerprint ?? null,
    ...changingSessionRow(session),
  };
}

export type ChangingSessionRow = Pick<SessionsTable, 'version' | 'state' | 'wake_at' | 'over_at' | 'doc'>;

/** What a later version of a record may differ in. */
export function changingSessionRow(session: SessionRecord): ChangingSessionRow {
  return {
    version: session.version,
    state: session.state,
    wake_at: sessionWakeAt(session),
    over_at: isFinalState(session.state) ? session.since : null,
    doc: JSON.stringify(session),
  };
}
