import type { Dialect } from '../dialect.ts';

/** Sessions that are made for one run each. */
export function poolsOnDemand({ textType: text }: Dialect): readonly string[] {
  return [
    `alter table sessions add column run_id ${text}`,
    `create index sessions_for_runs on sessions (created_at, id) where run_id is not null and over_at is null`,
  ];
}
