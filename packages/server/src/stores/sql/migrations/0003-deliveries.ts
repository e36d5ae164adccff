import type { Dialect } from '../dialect.ts';

/** What is still to be brought to the callers of runs. */
export function deliveries({ textType: text }: Dialect): readonly string[] {
  return [
    `create table deliveries (
      run_id ${text} primary key,
      targets text not null,
      created_at bigint not null,
      last_bytes bigint,
      sent_bytes bigint not null,
      exit_sent integer not null
    )`,
  ];
}
