import type { PoolRecord, RunSpec } from '@errand/core';

/** Variables from one place: in clear, and such that are sealed. */
export type Variables = Pick<RunSpec, 'env' | 'sealedEnv'>;

export const NO_VARIABLES: Variables = { env: {}, sealedEnv: {} };

/** What a run gets: what its pool says, over it its session, its script, and what was submitted. A name is in one of the two only. */
export function runEnvironment(...places: readonly Variables[]): Variables {
  return places.reduce((under, over) => ({
    env: { ...without(under.env, over.sealedEnv), ...over.env },
    sealedEnv: { ...without(under.sealedEnv, over.env), ...over.sealedEnv },
  }));
}

/** A command line that starts its command itself gives it all that it gets. */
export function poolVariables(
  { env, sealedEnv }: PoolRecord,
  { caller }: { readonly caller: boolean },
): Variables {
  return caller ? { env: {}, sealedEnv: {} } : { env, sealedEnv };
}

function without(
  variables: Readonly<Record<string, string>>,
  taken: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !Object.hasOwn(taken, name)));
}
