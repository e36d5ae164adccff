import { type RawBuilder, sql } from 'kysely';

/** The owner itself and everything below it: `/` is followed by `0` in the order of bytes, so both ends are plain comparisons. */
export function withinScope(scope: string): RawBuilder<boolean> {
  return sql<boolean>`(owner = ${scope} or (owner > ${`${scope}/`} and owner < ${`${scope}0`}))`;
}
