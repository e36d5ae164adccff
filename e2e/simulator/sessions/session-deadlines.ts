import type { SessionRecord } from '@errand/core';
import { wallOf } from './session-scene.ts';
import type { SessionWitness } from './session-witness.ts';

/** How late a deadline may be acted on while nothing is in the way: the longest back-off, a quiet lease after a jump of the clock, and a few ticks. */
const LATE_MS = 110_000;

/** No session stays where it is past its deadline, unless something kept the control plane from acting. */
export function checkDeadlines(witness: SessionWitness): void {
  const { world, records, outage } = witness;
  const { trace, timeline, disturbedAt } = world;
  checkLeases(witness);
  if (timeline.now - Math.max(disturbedAt, outage.faultAt) < LATE_MS) return;
  checkStuck(witness);
  const now = wallOf(world);
  for (const session of records.values()) {
    const due = deadlineOf(session, witness.lastUse(session.id));
    if (due !== null && now - due > LATE_MS)
      trace.fail(2, 'SIM-DEADLINE-1', `${session.id} is ${session.state} ${now - due} ms after its deadline`);
  }
}

/** Nobody is told that something runs which has outlived its lease, least of all where its provider does not answer. */
function checkLeases({ world, records }: SessionWitness): void {
  const { trace, timeline, unsettledAt } = world;
  if (timeline.now - unsettledAt < LATE_MS) return;
  const now = wallOf(world);
  for (const { id, state, launch } of records.values()) {
    if (launch === null || !['creating', 'starting', 'ready'].includes(state)) continue;
    const late = now - launch.leaseUntil;
    if (late > LATE_MS) trace.fail(1, 'SIM-LEASE-4', `${id} is ${state} ${late} ms after its lease`);
  }
}

/** Whatever the clock says: what is to be made or ended does not stand still. */
function checkStuck({ world, records, outage, since }: SessionWitness): void {
  const { trace, timeline, disturbedAt } = world;
  for (const { id, state } of records.values()) {
    if (!['requested', 'stopping', 'deleting'].includes(state)) continue;
    const stuck = timeline.now - Math.max(since.get(id) ?? 0, disturbedAt, outage.faultAt);
    if (stuck > 2 * LATE_MS) trace.fail(2, 'SIM-STUCK-1', `${id} has been ${state} for ${stuck} ms`);
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
