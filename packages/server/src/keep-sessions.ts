import { PoolLauncher } from './reconciler/pools/pool-launcher.ts';
import { probeHealth } from './reconciler/sessions/probe-health.ts';
import { SessionReconciler } from './reconciler/sessions/session-reconciler.ts';
import { SessionSweep } from './reconciler/sessions/session-sweep.ts';
import type { Services } from './services.ts';

export interface SessionKeeping {
  readonly sessionReconciler: SessionReconciler;
  readonly sessionSweep: SessionSweep;
  readonly poolLauncher: PoolLauncher;
}

/** What sees to sessions, under the tag of this store. */
export async function keepSessions({ sessions }: Services): Promise<SessionKeeping> {
  const tag = await sessions.tag();
  return {
    poolLauncher: new PoolLauncher(sessions),
    sessionReconciler: new SessionReconciler({ ...sessions, tag, probe: probeHealth }),
    sessionSweep: new SessionSweep({ ...sessions, tag }),
  };
}
