import type { SessionRecord } from '@errand/core';
import { wallOf } from './session-scene.ts';
import type { SessionWitness } from './session-witness.ts';

/** How late a deadline may be acted on while nothing is in the way: the longest back-off, a quiet lease after a jump of the clock, and a few ticks. */
const LATE_MS = 110_000;

/** No session stays where it is past its deadline, unless something kept the control plane from acting. */
export function checkDeadlines(witness: SessionWitness): void {
  const { world, records, outage } = witness;
  const { trace, timeline, disturbedAt } = world;
  if (timeline.now - Math.max(disturbedAt, outage.faultAt) < LATE_MS) return;
  const now = wallOf(world);
  for (const session of records.values()) {
    const due = deadlineOf(session, witness.lastUse(session.id));
    if (due !== null && now - due > LATE_MS)
      trace.fail(2, 'SIM-DEADLINE-1', `${session.id} is ${session.state} ${now - due} ms after its deadline`);
  }
}

/** When it is to leave its state at the latest; null: whenever its provider lets it. As the documents have it, not as the code does. */
function deadlineOf(session: SessionRecord, used: number): number | null {
  const { state, since, spec, launch, activity, hold, readyAt, endsAt } = session;
  const { createMs, readyMs, idleMs, unusedMs, stopMs } = spec.limits;
  const held = hold?.until ?? 0;
  if (state === 'requested') return since;
  if (state === 'creating') return (launch?.askedAt ?? since) + createMs;
  if (state === 'starting') return since + readyMs;
  if (state === 'stopping' || state === 'deleting') return since + stopMs;
  if (state === 'stopped') return unusedMs === null ? null : Math.max(since + unusedMs, held);
  if (state !== 'ready') return null;
  const idle = Math.max(activity.at, readyAt ?? 0, used) + (idleMs ?? Infinity);
  return Math.min(Math.max(idle, held), endsAt ?? Infinity);
}
