import { newPool, type SessionRecord, type Store } from '@errand/core';
import { anAgent } from '@errand/core/testing';
import type { SessionWorld } from './session-scene.ts';
import { WALL_START } from './session-scene.ts';

/** The pool on demand of a world. */
export const POOL = 'fresh';
/** What serves the runs in all sessions of the fake provider, as the control plane's own agent does for containers. */
export const AGENT = { id: 'agent_own', pool: 'local' } as const;

/** Has this session been made for a run? */
export function isForRun(session: SessionRecord | undefined): session is SessionRecord & ForRun {
  return session?.run != null;
}

interface ForRun {
  readonly run: NonNullable<SessionRecord['run']>;
}

/** Pool and agent are known before anything happens. */
export async function preparePool({ profile }: SessionWorld, { agents }: Store): Promise<void> {
  const common = { createdAt: WALL_START, adminOnly: false };
  const { poolLimit: limit, poolLaunch } = profile;
  const launch = { provider: 'fake', ...poolLaunch };
  await agents.ensurePool(newPool({ ...common, name: POOL, limit, launch }));
  await agents.ensurePool(newPool({ ...common, name: AGENT.pool }));
  const seen = { createdAt: WALL_START, lastSeenAt: WALL_START };
  await agents.put(anAgent({ ...AGENT, name: 'own', program: '0', ...seen }));
}
