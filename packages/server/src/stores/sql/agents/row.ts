import type { AgentRecord, JoinToken, PoolRecord } from '@errand/core';
import type { AgentsTable, JoinTokensTable, PoolsTable } from '../schema.ts';

export function agentRow(agent: AgentRecord): AgentsTable {
  return {
    id: agent.id,
    version: agent.version,
    name: agent.name,
    pool: agent.pool,
    labels: JSON.stringify(agent.labels),
    slots: agent.slots,
    program: agent.program,
    admin_only: agent.adminOnly ? 1 : 0,
    key_id: agent.keyId,
    next_key_id: agent.nextKeyId,
    fixed_labels: JSON.stringify(agent.fixedLabels),
    max_slots: agent.maxSlots,
    draining: agent.draining ? 1 : 0,
    revoked_at: agent.revokedAt,
    created_at: agent.createdAt,
    last_seen_at: agent.lastSeenAt,
  };
}

export function agentOf(row: AgentsTable): AgentRecord {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    pool: row.pool,
    labels: JSON.parse(row.labels),
    slots: row.slots,
    program: row.program,
    adminOnly: row.admin_only === 1,
    keyId: row.key_id,
    nextKeyId: row.next_key_id,
    fixedLabels: JSON.parse(row.fixed_labels),
    maxSlots: row.max_slots,
    draining: row.draining === 1,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  };
}

export function poolRow({ name, createdAt, lostAfterMs, adminOnly }: PoolRecord): PoolsTable {
  return { name, created_at: createdAt, lost_after_ms: lostAfterMs, admin_only: adminOnly ? 1 : 0 };
}

export function poolOf(row: PoolsTable): PoolRecord {
  return {
    name: row.name,
    createdAt: row.created_at,
    lostAfterMs: row.lost_after_ms,
    adminOnly: row.admin_only === 1,
  };
}

export function joinTokenRow(token: JoinToken): JoinTokensTable {
  return {
    hash: token.hash,
    pool: token.pool,
    labels: JSON.stringify(token.labels),
    max_slots: token.maxSlots,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
  };
}

export function joinTokenOf(row: JoinTokensTable): JoinToken {
  return {
    hash: row.hash,
    pool: row.pool,
    labels: JSON.parse(row.labels),
    maxSlots: row.max_slots,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
