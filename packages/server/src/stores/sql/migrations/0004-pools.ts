import type { Dialect } from '../dialect.ts';

/** Limits of pools, keys and groups, and what claims need to keep to them. */
export function pools({ textType: text }: Dialect): readonly string[] {
  return [
    `alter table pools add column paused integer not null default 0`,
    `alter table pools add column run_limit integer`,
    `alter table pools add column key_limit integer`,
    `alter table pools add column launch text`,
    `alter table runs add column parked ${text} not null default ''`,
    `alter table runs add column concurrency ${text}`,
    `alter table runs add column concurrency_limit integer`,
    `alter table runs add column group_id ${text}`,
    `drop index runs_queue`,
    `create index runs_queue on runs (pool, wanted, priority desc, queued_at, id) where state = 'queued' and parked = ''`,
    `create index runs_parked on runs (pool, parked, wanted, priority desc, queued_at, id)
      where state = 'queued' and parked <> ''`,
    `drop index runs_open`,
    `create index runs_open on runs (pool, state, created_by) where state <> 'finished'`,
    `create index runs_concurrent on runs (pool, concurrency, concurrency_limit)
      where held_by is not null and concurrency is not null`,
    `create index runs_by_group on runs (group_id, state, status, id) where group_id is not null`,
    `create table run_groups (
      id ${text} primary key,
      version integer not null,
      owner ${text} not null,
      created_by ${text} not null,
      created_at bigint not null,
      is_open integer not null,
      idempotency_key ${text},
      fingerprint ${text},
      doc text not null
    )`,
    `create index run_groups_newest on run_groups (created_at, id)`,
    `create index run_groups_open on run_groups (created_at, id) where is_open = 1`,
    `create unique index run_groups_idempotency on run_groups (created_by, idempotency_key)
      where idempotency_key is not null`,
  ];
}
