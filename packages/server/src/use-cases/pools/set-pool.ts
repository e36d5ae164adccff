import {
  type AgentStore,
  type Clock,
  ErrandError,
  type Notifier,
  newPool,
  type PoolRecord,
  type PoolSettings,
} from '@errand/core';
import { topics } from '../topics.ts';

export interface SetPoolParts {
  readonly agents: Pick<AgentStore, 'ensurePool' | 'setPool' | 'removePool' | 'pool'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly seal: (plain: string) => string;
}

/** Makes a pool, or sets all of its settings. Repeatable. */
export async function putPool(
  parts: SetPoolParts,
  name: string,
  settings: PoolSettings,
): Promise<PoolRecord> {
  await parts.agents.ensurePool(
    newPool({ name, createdAt: parts.clock.now(), adminOnly: false, ...settings }),
  );
  return await changePool(parts, name, settings);
}

/** Sets some settings. From its return on no run is given out by the old ones, and waiting agents look by the new ones. */
export async function changePool(
  { agents, notifier }: SetPoolParts,
  name: string,
  settings: Partial<PoolSettings>,
): Promise<PoolRecord> {
  const pool = await agents.setPool(name, settings);
  if (pool === null) throw noPool(name);
  notifier.pulse(topics.pool(name));
  return pool;
}

/** Forgets a pool that nobody uses. */
export async function removePool({ agents }: SetPoolParts, name: string): Promise<void> {
  const pool = await agents.pool(name);
  if (pool?.adminOnly === true)
    throw new ErrandError('forbidden', `the pool ${name} is the server’s own; it stays`);
  const removed = await agents.removePool(name);
  if (removed.kind === 'unknown') throw noPool(name);
  if (removed.kind === 'removed') return;
  const { agents: joined, runs } = removed;
  const use = `it has ${joined} agents and ${runs} runs that have not finished`;
  throw new ErrandError('conflict', `the pool ${name} is in use: ${use}; remove and cancel them first`);
}

export function noPool(name: string): ErrandError {
  return new ErrandError('not_found', `there is no pool ${name}; errand pool ls shows them`);
}
