import type { AgentStore, Clock, Ids, KeyStore, PoolRecord } from '@errand/core';
import { DEFAULTS, ErrandError } from '@errand/core';
import { hashSecret } from '../keys/secret.ts';

/** Join tokens live at most this long. */
const JOIN_TOKEN_MS = 24 * 3_600_000;

export interface JoinAgentParts {
  readonly agents: Pick<AgentStore, 'ensurePool' | 'insertJoinToken' | 'takeJoinToken' | 'put'>;
  readonly keys: Pick<KeyStore, 'insert'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Ids;
}

/** A single-use token for one agent of the pool, which is made if it is new. The token is told this once. */
export async function createJoinToken(
  parts: JoinAgentParts,
  pool: string,
  lifeMs: number = JOIN_TOKEN_MS,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  if (lifeMs > JOIN_TOKEN_MS) throw new ErrandError('invalid', 'a join token lives 24h at most');
  const now = parts.clock.now();
  const { adminOnly } = await parts.agents.ensurePool(newPool(pool, now));
  if (adminOnly)
    throw new ErrandError('forbidden', `the pool ${pool} is the server’s own; choose another name`);
  const token = `errjoin_${parts.ids.secret(32)}`;
  const expiresAt = now + lifeMs;
  await parts.agents.insertJoinToken({ hash: hashSecret(token), pool, createdAt: now, expiresAt });
  return { token, expiresAt };
}

export interface JoinedAgent {
  readonly agentId: string;
  readonly pool: string;
  /** Its key, told this once. */
  readonly key: string;
}

/** Turns a join token into an agent with a key of its own. */
export async function joinAgent(parts: JoinAgentParts, token: string, name: string): Promise<JoinedAgent> {
  const now = parts.clock.now();
  const taken = await parts.agents.takeJoinToken(hashSecret(token));
  if (taken === null || taken.expiresAt <= now) {
    throw new ErrandError(
      'unauthenticated',
      'this join token is not valid (any more); make a new one with errand pool token',
    );
  }
  const agentId = parts.ids.next('agent', now);
  const keyId = parts.ids.next('key', now);
  const key = `err_${parts.ids.secret(32)}`;
  const about = { name: `agent ${name}`, role: 'agent', owner: 'agents', createdAt: now } as const;
  await parts.keys.insert({ ...about, id: keyId, hash: hashSecret(key), expiresAt: null, lastUsedAt: null });
  await parts.agents.put({
    id: agentId,
    version: 1,
    name,
    pool: taken.pool,
    labels: {},
    slots: 0,
    program: '',
    adminOnly: false,
    keyId,
    createdAt: now,
    lastSeenAt: now,
  });
  return { agentId, pool: taken.pool, key };
}

function newPool(name: string, now: number): PoolRecord {
  return { name, createdAt: now, lostAfterMs: DEFAULTS.lostAfterMs, adminOnly: false };
}
