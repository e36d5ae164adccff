import type { AuditOutcome, AuditRecord } from '@errand/core';
import type { AuditTable } from '../schema.ts';

export function auditRow(entry: AuditRecord): AuditTable {
  const { id, at, keyId, keyName, owner, action, target, address, outcome, note } = entry;
  return { id, at, key_id: keyId, key_name: keyName, owner, action, target, address, outcome, note };
}

export function auditOf(row: AuditTable): AuditRecord {
  const { id, at, owner, action, target, address, note } = row;
  return {
    id,
    at,
    keyId: row.key_id,
    keyName: row.key_name,
    owner,
    action,
    target,
    address,
    // Nothing else is ever written there.
    outcome: row.outcome as AuditOutcome | null,
    note,
  };
}
