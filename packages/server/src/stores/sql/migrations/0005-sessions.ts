import type { Dialect } from '../dialect.ts';

/** Sessions. What serves the clock and the names is partial, so that sessions that are over cost the others nothing. */
export function sessions({ textType: text }: Dialect): readonly string[] {
  return [
    `create table sessions (
      id ${text} primary key,
      version integer not null,
      owner ${text} not null,
      created_by ${text} not null,
      name ${text},
      subdomain ${text} not null,
      provider ${text} not null,
      state ${text} not null check (state in ('requested', 'creating', 'starting', 'ready', 'stopping', 'stopped',
        'deleting', 'deleted', 'failed')),
      created_at bigint not null,
      wake_at bigint,
      over_at bigint,
      idempotency_key ${text},
      fingerprint ${text},
      doc text not null
    )`,
    `create unique index sessions_name on sessions (owner, name) where over_at is null and name is not null`,
    `create unique index sessions_subdomain on sessions (subdomain) where over_at is null`,
    `create unique index sessions_idempotency on sessions (created_by, idempotency_key) where idempotency_key is not null`,
    `create index sessions_due on sessions (wake_at, id) where wake_at is not null`,
    `create index sessions_over on sessions (over_at, id) where over_at is not null`,
    `create index sessions_newest on sessions (created_at, id)`,
    `create index sessions_by_owner on sessions (owner, created_at, id)`,
  ];
}
