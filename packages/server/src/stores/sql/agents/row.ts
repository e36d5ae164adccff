import type { AgentRecord, JoinToken, PoolRecord, PoolSettings } from '@errand/core';
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

export function poolRow(pool: PoolRecord): PoolsTable {
  return {
    name: pool.name,
    created_at: pool.createdAt,
    admin_only: pool.adminOnly ? 1 : 0,
    ...settingsRow(pool),
  };
}

/** The columns of some settings. */
export function settingsRow(settings: PoolSettings): SettingsRow;
export function settingsRow(settings: Partial<PoolSettings>): Partial<SettingsRow>;
export function settingsRow(settings: Partial<PoolSettings>): Partial<SettingsRow> {
  const { lostAfterMs, paused, limit, limitPerKey, env, sealedEnv, launch } = settings;
  return {
    ...(lostAfterMs === undefined ? {} : { lost_after_ms: lostAfterMs }),
    ...(paused === undefined ? {} : { paused: paused ? 1 : 0 }),
    ...(limit === undefined ? {} : { run_limit: limit }),
    ...(limitPerKey === undefined ? {} : { key_limit: limitPerKey }),
    ...(env === undefined ? {} : { env: JSON.stringify(env) }),
    ...(launch === undefined ? {} : { launch: launch === null ? null : JSON.stringify(launch) }),
    ...(sealedEnv === undefined ? {} : { sealed_env: JSON.stringify(sealedEnv) }),
  };
}

type SettingsRow = Pick<
  PoolsTable,
  'lost_after_ms' | 'paused' | 'run_limit' | 'key_limit' | 'env' | 'sealed_env' | 'launch'
>;

export function poolOf(row: PoolsTable): PoolRecord {
  return {
    name: row.name,
    createdAt: row.created_at,
    lostAfterMs: row.lost_after_ms,
    adminOnly: row.admin_only === 1,
    paused: row.paused === 1,
    limit: row.run_limit,
    limitPerKey: row.key_limit,
    env: JSON.parse(row.env),
    sealedEnv: JSON.parse(row.sealed_env),
    launch: row.launch === null ? null : JSON.parse(row.launch),
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
