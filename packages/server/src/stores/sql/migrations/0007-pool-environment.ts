import type { Dialect } from '../dialect.ts';

/** What a pool gives to every run of its own. */
export function poolEnvironment({ textType: text }: Dialect): readonly string[] {
  return [
    `alter table pools add column env ${text} not null default '{}'`,
    `alter table pools add column sealed_env ${text} not null default '{}'`,
  ];
}
