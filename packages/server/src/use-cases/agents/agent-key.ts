import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  ErrandError,
  type Ids,
  type KeyStore,
} from '@errand/core';

export interface AgentKeyParts {
  readonly agents: Pick<AgentStore, 'byKey' | 'change'>;
  readonly keys: Pick<KeyStore, 'get' | 'byHash' | 'insert' | 'remove'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Ids;
}

/** The agent that a key belongs to. The first use of its next key ends the present one. */
export async function agentOfKey(parts: AgentKeyParts, keyId: string): Promise<AgentRecord> {
  const agent = await parts.agents.byKey(keyId);
  if (agent === null) throw notAnAgents();
  if (agent.keyId === keyId) return agent;
  // Who revokes the present key by hand means the agent.
  if (agent.keyId === null || (await parts.keys.get(agent.keyId)) === null) throw notAnAgents();
  const changed = await parts.agents.change(agent.id, (present) =>
    present.nextKeyId === keyId ? { ...present, version: present.version + 1, keyId, nextKeyId: null } : null,
  );
  if (changed === null || changed.keyId !== keyId) throw notAnAgents();
  await parts.keys.remove(agent.keyId);
  return changed;
}

/**
 * Takes the hash of the key that shall follow the present one; both are good until the new one is used. The same hash again changes nothing,
 * another one takes the place of a next key that was never used.
 */
export async function nextAgentKey(parts: AgentKeyParts, agent: AgentRecord, hash: string): Promise<void> {
  const known = await parts.keys.byHash(hash);
  if (known !== null) {
    if (known.id === agent.nextKeyId || known.id === agent.keyId) return;
    throw new ErrandError('conflict', 'this key is in use; make another one');
  }
  const now = parts.clock.now();
  const id = parts.ids.next('key', now);
  const about = { name: `agent ${agent.name}`, role: 'agent', owner: 'agents', createdAt: now } as const;
  await parts.keys.insert({ ...about, id, hash, expiresAt: null, lastUsedAt: null });
  const taken = { before: null as string | null };
  await parts.agents.change(agent.id, (present) => {
    taken.before = present.nextKeyId;
    return { ...present, version: present.version + 1, nextKeyId: id };
  });
  if (taken.before !== null) await parts.keys.remove(taken.before);
}

function notAnAgents(): ErrandError {
  return new ErrandError('unauthenticated', 'this key is not the key of an agent');
}
