import type { Dialect } from '../dialect.ts';

/** Jobs. What serves the clock is partial, so that jobs that have finished cost the others nothing. */
export function jobs({ textType: text }: Dialect): readonly string[] {
  return [
    `create table jobs (
      id ${text} primary key,
      version integer not null,
      owner ${text} not null,
      created_by ${text} not null,
      name ${text},
      state ${text} not null check (state in ('queued', 'provisioning', 'running', 'checking', 'tearing_down', 'waiting',
        'finished')),
      status ${text} not null check (status in ('queued', 'provisioning', 'running', 'checking', 'tearing_down', 'waiting',
        'canceling', 'succeeded', 'failed', 'timed_out', 'canceled', 'lost')),
      created_at bigint not null,
      wake_at bigint,
      finished_at bigint,
      idempotency_key ${text},
      fingerprint ${text},
      doc text not null
    )`,
    `create unique index jobs_name on jobs (owner, name) where name is not null`,
    `create unique index jobs_idempotency on jobs (created_by, idempotency_key) where idempotency_key is not null`,
    `create index jobs_due on jobs (wake_at, id) where wake_at is not null`,
    `create index jobs_finished on jobs (finished_at, id) where finished_at is not null`,
    `create index jobs_newest on jobs (created_at, id)`,
    `create index jobs_by_owner on jobs (owner, created_at, id)`,
  ];
}
