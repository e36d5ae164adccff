import type { Dialect } from '../dialect.ts';

/** Scripts, the sources of modules by their hash, what agents offer, and results beside their runs. */
export function scripts({ textType: text }: Dialect): readonly string[] {
  return [
    `create table scripts (
      name ${text} not null,
      owner ${text} not null,
      sha256 ${text} not null,
      module ${text},
      definition text not null,
      updated_at bigint not null,
      updated_by ${text} not null,
      primary key (name, owner)
    )`,
    `create index scripts_by_module on scripts (module) where module is not null`,
    `create table script_modules (
      sha256 ${text} primary key,
      source text not null,
      wanted_at bigint not null
    )`,
    `create table offered_scripts (
      agent_id ${text} not null,
      name ${text} not null,
      doc text not null,
      primary key (agent_id, name)
    )`,
    `create index offered_scripts_by_name on offered_scripts (name, agent_id)`,
    `create table run_results (
      run_id ${text} primary key,
      token integer not null,
      json text not null
    )`,
  ];
}
