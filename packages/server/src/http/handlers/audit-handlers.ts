import type { AuditEntry } from '@errand/contract';
import type { AuditFilter, AuditRecord } from '@errand/core';
import type { Services } from '../../services.ts';
import type { SomeHandlers } from '../call.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';

export function auditHandlers({ store, audit }: Services): SomeHandlers<'listAudit'> {
  return {
    listAudit: async ({ input: { query } }) => {
      const { limit, cursor } = query;
      await audit.flush();
      const after = cursor === undefined ? null : decodeCursor(cursor);
      const found = await store.audit.list(filterOf(query), { limit, after });
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        entries: found.map(presented),
        nextCursor: last === undefined ? null : encodeCursor({ createdAt: last.at, id: last.id }),
      };
    },
  };
}

interface ListQuery {
  readonly key?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly since?: string | undefined;
  readonly before?: string | undefined;
}

function filterOf({ key, action, target, since, before }: ListQuery): AuditFilter {
  return {
    ...(key === undefined ? {} : { keyId: key }),
    ...(action === undefined ? {} : { action }),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { since: Date.parse(since) }),
    ...(before === undefined ? {} : { before: Date.parse(before) }),
  };
}

function presented({ at, keyId, keyName, owner, ...entry }: AuditRecord): AuditEntry {
  const { id, action, target, address, outcome, note } = entry;
  return {
    id,
    at: new Date(at).toISOString(),
    key: keyId === null ? null : { id: keyId, name: keyName ?? '', owner: owner ?? '' },
    action,
    target,
    address,
    outcome,
    note,
  };
}
