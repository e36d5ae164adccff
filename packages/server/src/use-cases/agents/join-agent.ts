import {
  type AgentStore,
  type Clock,
  ErrandError,
  type Ids,
  type JoinToken,
  type KeyStore,
  newAgent,
  newPool,
} from '@errand/core';
import { hashSecret } from '../keys/secret.ts';

/** Join tokens live at most this long. */
const JOIN_TOKEN_MS = 24 * 3_600_000;

export interface JoinAgentParts {
  readonly agents: Pick<
    AgentStore,
    'pool' | 'ensurePool' | 'insertJoinToken' | 'takeJoinToken' | 'put' | 'byKey'
  >;
  readonly keys: Pick<KeyStore, 'insert' | 'byHash'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Ids;
}

/** What a join token grants; by default all that is possible. */
export interface JoinTokenWish {
  readonly lifeMs?: number | undefined;
  /** The agent gets them, whatever it says of itself. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly maxSlots?: number | null | undefined;
}

/** A single-use token for one agent of the pool, which is made if it is new. The token is told this once. Throws `conflict` for a pool on demand. */
export async function createJoinToken(
  parts: JoinAgentParts,
  pool: string,
  { lifeMs = JOIN_TOKEN_MS, labels = {}, maxSlots = null }: JoinTokenWish = {},
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  if (lifeMs > JOIN_TOKEN_MS) throw new ErrandError('invalid', 'a join token lives 24h at most');
  const now = parts.clock.now();
  const { adminOnly, launch } = await parts.agents.ensurePool(
    newPool({ name: pool, createdAt: now, adminOnly: false }),
  );
  if (adminOnly)
    throw new ErrandError('forbidden', `the pool ${pool} is the server’s own; choose another name`);
  if (launch !== null) throw onDemand(pool);
  const token = `errjoin_${parts.ids.secret(32)}`;
  const expiresAt = now + lifeMs;
  await parts.agents.insertJoinToken({
    hash: hashSecret(token),
    pool,
    labels,
    maxSlots,
    createdAt: now,
    expiresAt,
  });
  return { token, expiresAt };
}

export interface JoinedAgent {
  readonly agentId: string;
  readonly pool: string;
  /** Its key, told this once. */
  readonly key: string;
}

export interface JoinWish {
  readonly token: string;
  readonly name: string;
  /** The pool it expects to serve; undefined: that of the token, whatever it is. */
  readonly pool?: string | undefined;
  /** The key it will have; by default one is made. */
  readonly key?: string | undefined;
}

/** Turns a join token into an agent with a key of its own. */
export async function joinAgent(
  parts: JoinAgentParts,
  { token, name, pool, key = `err_${parts.ids.secret(32)}` }: JoinWish,
): Promise<JoinedAgent> {
  const now = parts.clock.now();
  const before = await joinedBefore(parts, key);
  if (before !== null) return before;
  const taken = await takeToken(parts, token, now);
  if (pool !== undefined && pool !== taken.pool) {
    await parts.agents.insertJoinToken(taken);
    const why = `this join token is for the pool ${taken.pool}, not for ${pool}`;
    throw new ErrandError('conflict', `${why}; it was not used up`);
  }
  // It may have been set so since the token was made.
  if ((await parts.agents.pool(taken.pool))?.launch != null) {
    await parts.agents.insertJoinToken(taken);
    throw onDemand(taken.pool);
  }
  const { labels, maxSlots } = taken;
  return await enrol(parts, { name, key, pool: taken.pool, labels, maxSlots });
}

/** An agent of its own would take runs that are to have a session of theirs. */
function onDemand(pool: string): ErrandError {
  const why = `the pool ${pool} makes a session for each run, so no agent can join it`;
  return new ErrandError('conflict', `${why}; choose another, or errand pool set ${pool} --no-launch`);
}

/** Makes an agent with this key; what it is given here its own words do not change. */
export async function enrol(
  parts: Pick<JoinAgentParts, 'keys' | 'clock' | 'ids'> & { readonly agents: Pick<AgentStore, 'put'> },
  { name, key, pool, labels, maxSlots }: Pick<JoinToken, 'pool' | 'labels' | 'maxSlots'> & NamedKey,
): Promise<JoinedAgent> {
  const now = parts.clock.now();
  const agentId = parts.ids.next('agent', now);
  const keyId = parts.ids.next('key', now);
  const about = { name: `agent ${name}`, role: 'agent', owner: 'agents', createdAt: now } as const;
  await parts.keys.insert({ ...about, id: keyId, hash: hashSecret(key), expiresAt: null, lastUsedAt: null });
  const granted = { labels, fixedLabels: labels, maxSlots };
  await parts.agents.put(newAgent({ ...granted, id: agentId, name, pool, keyId, createdAt: now }));
  return { agentId, pool, key };
}

interface NamedKey {
  readonly name: string;
  readonly key: string;
}

/** The answer of an earlier call with this key was lost: only its agent knows the key. */
export async function joinedBefore(
  { agents, keys }: JoinAgentParts,
  key: string,
): Promise<JoinedAgent | null> {
  const known = await keys.byHash(hashSecret(key));
  const agent = known === null ? null : await agents.byKey(known.id);
  return agent === null ? null : { agentId: agent.id, pool: agent.pool, key };
}

async function takeToken({ agents }: JoinAgentParts, token: string, now: number): Promise<JoinToken> {
  const taken = await agents.takeJoinToken(hashSecret(token));
  const advice = 'make a new one with errand pool token';
  if (taken === null) {
    const why = 'this join token is not valid: it was used before, or another server made it';
    throw new ErrandError('unauthenticated', `${why}; ${advice}`);
  }
  if (taken.expiresAt > now) return taken;
  const expired = new Date(taken.expiresAt).toISOString();
  throw new ErrandError(
    'unauthenticated',
    `this join token is not valid any more since ${expired}; ${advice}`,
  );
}
