import type { Dialect } from '../dialect.ts';

/** Who did what. Ids are in the order of time, so every index grows at its end and each list is read in its order. */
export function audit({ textType: text }: Dialect): readonly string[] {
  return [
    `create table audit (
      id ${text} primary key,
      at bigint not null,
      key_id ${text},
      key_name text,
      owner ${text},
      action ${text} not null,
      target ${text},
      address ${text},
      outcome ${text},
      note text
    )`,
    `create index audit_newest on audit (at, id)`,
    `create index audit_by_key on audit (key_id, at, id)`,
    `create index audit_by_action on audit (action, at, id)`,
    `create index audit_by_target on audit (target, at, id)`,
  ];
}
