/** How an agent's life goes on after it joined: draining, revoked, the next key, and what its token decided. */
export function agentLife(): readonly string[] {
  return [
    `alter table agents add column next_key_id text`,
    `alter table agents add column fixed_labels text not null default '{}'`,
    `alter table agents add column max_slots integer`,
    `alter table agents add column draining integer not null default 0`,
    `alter table agents add column revoked_at bigint`,
    `create index agents_by_next_key on agents (next_key_id)`,
    `alter table join_tokens add column labels text not null default '{}'`,
    `alter table join_tokens add column max_slots integer`,
  ];
}
