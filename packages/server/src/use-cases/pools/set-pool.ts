import {
  type AgentStore,
  type Clock,
  ErrandError,
  type Notifier,
  newPool,
  type PoolRecord,
  type PoolSettings,
} from '@errand/core';
import { LOCAL_POOL } from '../runs/run-place.ts';
import { type CreateSessionParts, providerNamed } from '../sessions/create-session.ts';
import { topics } from '../topics.ts';
import { launchedSpec } from './launched-session.ts';

export interface SetPoolParts {
  readonly agents: Pick<AgentStore, 'ensurePool' | 'setPool' | 'removePool' | 'pool' | 'list'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly seal: (plain: string) => string;
  /** What sessions are made by. */
  readonly sessions: CreateSessionParts;
}

/** Makes a pool, or sets all of its settings. Repeatable. */
export async function putPool(
  parts: SetPoolParts,
  name: string,
  settings: PoolSettings,
): Promise<PoolRecord> {
  await checkedLaunch(parts, name, settings.launch);
  await parts.agents.ensurePool(
    newPool({ name, createdAt: parts.clock.now(), adminOnly: false, ...settings }),
  );
  return await changePool(parts, name, settings);
}

/** Sets some settings. From its return on no run is given out by the old ones, and waiting agents look by the new ones. */
export async function changePool(
  parts: SetPoolParts,
  name: string,
  settings: Partial<PoolSettings>,
): Promise<PoolRecord> {
  const { agents, notifier } = parts;
  const launch = await checkedLaunch(parts, name, settings.launch);
  const pool = await agents.setPool(name, { ...settings, ...launch });
  if (pool === null) throw noPool(name);
  notifier.pulse(topics.pool(name));
  return pool;
}

/**
 * What shall be made for its runs, with the pool that makes it where there is one. Throws `invalid` for what no provider would make, and `conflict` for
 * a pool that agents serve.
 */
async function checkedLaunch(
  { agents, sessions }: SetPoolParts,
  name: string,
  launch: PoolRecord['launch'] | undefined,
): Promise<Pick<Partial<PoolSettings>, 'launch'>> {
  if (launch == null) return launch === null ? { launch } : {};
  const joined = (await agents.list(name)).filter(({ revokedAt }) => revokedAt === null);
  if (joined.length > 0)
    throw new ErrandError(
      'conflict',
      `agents serve the runs of the pool ${name}: ${joined.map((agent) => agent.name).join(', ')}; revoke them, or take another pool`,
    );
  await launchedSpec(sessions, launch).catch((error: unknown) => {
    // What cannot be made just now may be later.
    if (!(error instanceof ErrandError) || error.code !== 'conflict') throw error;
  });
  const { inPool } = providerNamed(sessions, launch.provider).capabilities;
  return { launch: inPool ? { ...launch, pool: launch['pool'] ?? LOCAL_POOL } : launch };
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
  const use = `it has ${countOf(joined, 'agent')} and ${countOf(runs, 'run')} that have not finished`;
  throw new ErrandError('conflict', `the pool ${name} is in use: ${use}; remove and cancel them first`);
}

export function noPool(name: string): ErrandError {
  return new ErrandError('not_found', `there is no pool ${name}; errand pool ls shows them`);
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
