import type { GroupRecord, Idempotency } from '@errand/core';
import type { RunGroupsTable } from '../schema.ts';

export function groupRow(group: GroupRecord, idempotency: Idempotency | null): RunGroupsTable {
  return {
    id: group.id,
    owner: group.owner,
    created_by: group.createdBy,
    created_at: group.createdAt,
    idempotency_key: idempotency?.key ?? null,
    fingerprint: idempotency?.fingerprint ?? null,
    ...changingColumns(group),
  };
}

export function changingColumns(group: GroupRecord): Pick<RunGroupsTable, 'version' | 'is_open' | 'doc'> {
  return { version: group.version, is_open: group.open ? 1 : 0, doc: JSON.stringify(group) };
}

export function groupOf({ doc }: Pick<RunGroupsTable, 'doc'>): GroupRecord {
  return JSON.parse(doc);
}
