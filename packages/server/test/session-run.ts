import type { RunRecord } from '@errand/core';
import { aRun, aSpec, running } from '@errand/core/testing';
import type { SessionWorld } from './session-world.ts';

type Become = (run: RunRecord, now: number) => RunRecord;

/** Puts a command into a session, as one that runs unless `become` says otherwise, through every version on the way there. */
export async function addRun(
  { clock, store: { runs } }: SessionWorld,
  session: string,
  become: Become = (run, now) => running(run, 'agent_1', now),
): Promise<RunRecord> {
  const now = clock.now();
  const first = aRun({ spec: aSpec({ session }), createdAt: now, notBefore: now });
  const wanted = become(first, now);
  await runs.insert(aRun({ ...first, spec: wanted.spec, createdBy: wanted.createdBy }), null);
  for (let version = 2; version <= wanted.version; version += 1) await runs.save({ ...wanted, version });
  return wanted;
}
