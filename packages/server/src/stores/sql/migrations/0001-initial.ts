import type { Dialect } from '../dialect.ts';

/**
 * The first tables. Every index of runs that grows with history gives its order by itself, and those that serve agents and the clock
 * are partial, so that a million finished runs cost the living ones nothing.
 */
export function initial(dialect: Dialect): readonly string[] {
  return [...runTables(dialect), ...keyTables(dialect), ...agentTables(dialect)];
}

function runTables({ textType: text, clustered }: Dialect): readonly string[] {
  return [
    `create table runs (
      id ${text} primary key,
      version integer not null,
      owner ${text} not null,
      created_by ${text} not null,
      pool ${text} not null,
      wanted ${text} not null,
      agent_id ${text},
      held_by ${text},
      state ${text} not null check (state in ('queued', 'leased', 'running', 'finished')),
      status ${text} not null check (status in ('queued', 'starting', 'running', 'unreachable', 'canceling',
        'succeeded', 'failed', 'timed_out', 'canceled', 'lost')),
      priority integer not null,
      created_at bigint not null,
      queued_at bigint not null,
      not_before bigint not null,
      wake_at bigint,
      finished_at bigint,
      idempotency_key ${text},
      fingerprint ${text},
      request text not null,
      doc text not null
    )`,
    `create index runs_queue on runs (pool, wanted, priority desc, queued_at, id) where state = 'queued'`,
    `create index runs_held on runs (held_by) where held_by is not null`,
    `create index runs_due on runs (wake_at, id) where wake_at is not null`,
    `create index runs_open on runs (pool, state) where state <> 'finished'`,
    `create index runs_finished on runs (finished_at, id) where finished_at is not null`,
    `create index runs_newest on runs (created_at, id)`,
    `create index runs_by_status on runs (status, created_at, id)`,
    `create index runs_by_pool on runs (pool, created_at, id)`,
    `create index runs_by_agent on runs (agent_id, created_at, id) where agent_id is not null`,
    `create unique index runs_idempotency on runs (created_by, idempotency_key) where idempotency_key is not null`,
    `create table run_terms (
      term ${text} not null,
      created_at bigint not null,
      run_id ${text} not null,
      primary key (term, created_at, run_id)
    )${clustered}`,
  ];
}

function keyTables({ textType: text }: Dialect): readonly string[] {
  return [
    `create table keys (
      id ${text} primary key,
      hash ${text} not null unique,
      name ${text} not null,
      role ${text} not null check (role in ('admin', 'member', 'viewer', 'service', 'agent')),
      owner ${text} not null,
      created_at bigint not null,
      expires_at bigint,
      last_used_at bigint
    )`,
    `create table sign_ins (
      hash ${text} primary key,
      kind ${text} not null check (kind in ('ticket', 'cookie')),
      key_id ${text} not null,
      expires_at bigint not null
    )`,
    `create index sign_ins_by_key on sign_ins (key_id)`,
  ];
}

function agentTables({ textType: text }: Dialect): readonly string[] {
  return [
    `create table agents (
      id ${text} primary key,
      version integer not null,
      name ${text} not null,
      pool ${text} not null,
      labels text not null,
      slots integer not null,
      program ${text} not null,
      admin_only integer not null,
      key_id ${text},
      created_at bigint not null,
      last_seen_at bigint not null
    )`,
    `create index agents_by_key on agents (key_id)`,
    `create table pools (
      name ${text} primary key,
      created_at bigint not null,
      lost_after_ms bigint not null,
      admin_only integer not null
    )`,
    `create table join_tokens (
      hash ${text} primary key,
      pool ${text} not null,
      created_at bigint not null,
      expires_at bigint not null
    )`,
  ];
}
