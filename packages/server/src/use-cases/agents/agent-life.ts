import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  ErrandError,
  type KeyStore,
  type Notifier,
  observeRun,
  type RunStore,
} from '@errand/core';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';
import { topics } from '../topics.ts';
import type { Instances } from './instances.ts';

export interface AgentLifeParts extends ChangeRunParts {
  readonly agents: Pick<AgentStore, 'get' | 'change' | 'remove'>;
  readonly keys: Pick<KeyStore, 'remove' | 'get'>;
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release' | 'heldBy'>;
  readonly notifier: Notifier;
  readonly clock: Pick<Clock, 'now'>;
  readonly instances: Instances;
}

/** Lets an agent take nothing new, or take runs again. Repeatable; what it holds goes on. */
export async function drainAgent(parts: AgentLifeParts, id: string, draining: boolean): Promise<AgentRecord> {
  const agent = await changeAgent(parts, id, (present) => {
    if (present.revokedAt !== null)
      throw new ErrandError('conflict', `the agent ${present.name} was revoked; it takes nothing any more`);
    return present.draining === draining ? null : { ...present, version: present.version + 1, draining };
  });
  parts.notifier.pulse(topics.agentLife(id));
  return agent;
}

/**
 * Ends an agent's right at once. What it has begun counts as lost, what it has not begun returns to its queue; its later reports change
 * nothing. Its key stays, good for nothing but to be told to end its trees. Repeatable.
 */
export async function revokeAgent(parts: AgentLifeParts, id: string): Promise<AgentRecord> {
  const now = parts.clock.now();
  const agent = await changeAgent(parts, id, (present) => {
    refuseOwn(present);
    return present.revokedAt === null ? { ...present, version: present.version + 1, revokedAt: now } : null;
  });
  parts.notifier.pulse(topics.agentLife(id));
  for (const run of await parts.runs.heldBy(id)) {
    const fact = { kind: 'agent_gone', token: run.token, how: 'revoked', now } as const;
    await changeRun(parts, run.id, (held) => observeRun(held, fact));
  }
  return agent;
}

/** Forgets an agent with its keys. Refused while it holds anything. */
export async function removeAgent(parts: AgentLifeParts, id: string): Promise<void> {
  const agent = await parts.agents.get(id);
  if (agent === null) throw unknownAgent(id);
  refuseOwn(agent);
  const held = await parts.runs.heldBy(id);
  if (held.length > 0) {
    const many = held.length === 1 ? 'a run' : `${held.length} runs`;
    throw new ErrandError('conflict', `the agent ${agent.name} holds ${many}; drain it first, or revoke it`);
  }
  await removeKeys(parts, agent);
  await parts.agents.remove(id);
  parts.instances.forget(id);
  parts.notifier.pulse(topics.agentLife(id));
}

/** Of an agent that is done. Nothing is remembered of them either: an agent may have served one run, and there are many runs. */
export async function removeKeys(
  { keys, notifier }: { readonly keys: Pick<KeyStore, 'remove'>; readonly notifier: Pick<Notifier, 'pulse'> },
  { keyId, nextKeyId }: Pick<AgentRecord, 'keyId' | 'nextKeyId'>,
): Promise<void> {
  for (const key of [keyId, nextKeyId]) {
    if (key === null) continue;
    await keys.remove(key);
    notifier.pulse(topics.revoked, key);
  }
}

async function changeAgent(
  parts: AgentLifeParts,
  id: string,
  change: (agent: AgentRecord) => AgentRecord | null,
): Promise<AgentRecord> {
  const agent = await parts.agents.change(id, change);
  if (agent === null) throw unknownAgent(id);
  return agent;
}

/** It comes back with every start of its server. */
function refuseOwn({ keyId, adminOnly }: AgentRecord): void {
  if (keyId !== null || !adminOnly) return;
  throw new ErrandError(
    'conflict',
    'this is the server’s own agent; drain it, or say slots: 0 in errand.yaml',
  );
}

export function unknownAgent(id: string): ErrandError {
  return new ErrandError('not_found', `there is no agent ${id}; errand agent ls shows those there are`);
}
