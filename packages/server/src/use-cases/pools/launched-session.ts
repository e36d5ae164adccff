import type { SessionSpecWish } from '@errand/contract';
import {
  createSession,
  type PoolRecord,
  type RunRecord,
  type SessionRecord,
  type SessionRun,
  type SessionSpec,
} from '@errand/core';
import { LOCAL_ACTOR } from '../actor.ts';
import {
  type CreateSessionParts,
  insertSession,
  providerNamed,
  specFor,
} from '../sessions/create-session.ts';
import { stayingOptions } from '../sessions/staying-options.ts';

/** What is made for a run, or would be, of a pool on demand. Throws what is wrong with it, or `conflict` where it cannot be made now. */
export async function launchedSpec(
  parts: CreateSessionParts,
  launch: NonNullable<PoolRecord['launch']>,
): Promise<SessionSpec> {
  const provider = providerNamed(parts, launch.provider);
  const given = launch as SessionSpecWish;
  const options = stayingOptions(provider, given);
  // It ends with its run, not because that is quiet.
  const wish = { idle: 'never', ...given, options } as SessionSpecWish;
  // Whoever set the pool was an administrator.
  return await specFor(parts, LOCAL_ACTOR, provider, wish);
}

/**
 * Writes down the session of an attempt, under the id that holds the attempt. Its name is the run's id, so that a run has one session at a time, also
 * where two control planes look after the pool.
 */
export async function makeLaunched(
  parts: CreateSessionParts,
  run: RunRecord,
  about: { readonly id: string; readonly of: SessionRun; readonly spec: SessionSpec },
): Promise<SessionRecord> {
  const { id, of, spec } = about;
  const { owner, createdBy } = run;
  const common = { id, owner, createdBy, name: run.id, tags: [], run: of, template: null, spec };
  const now = parts.clock.now();
  return await insertSession(parts, (subdomain) => createSession({ ...common, subdomain }, now), {
    quotas: [],
    idempotency: null,
  });
}
