import type { SessionReason, SessionRecord, SessionState } from '@errand/core';
import { isUp } from './session-machines.ts';
import { WALL_START, wallOf } from './session-scene.ts';
import type { SessionWitness } from './session-witness.ts';

/** Every way that there is, as ARCHITECTURE.md draws it; `same` is always one. */
const WAYS: Readonly<Record<SessionState, readonly SessionState[]>> = {
  requested: ['creating', 'stopped', 'deleting', 'deleted'],
  creating: ['starting', 'stopping', 'deleting'],
  starting: ['ready', 'stopping', 'deleting'],
  ready: ['stopping', 'deleting'],
  stopping: ['stopped', 'requested', 'deleting'],
  stopped: ['requested', 'deleting', 'deleted'],
  deleting: ['deleted', 'failed'],
  deleted: [],
  failed: [],
};

/** What one commit did to a session, held against what may become of it and why. */
export function checkSessionChange(
  witness: SessionWitness,
  before: SessionRecord | undefined,
  after: SessionRecord,
): void {
  if (before === undefined) return;
  const { trace } = witness.world;
  const { id, state } = after;
  if (after.version < before.version)
    trace.fail(5, 'SIM-SESSION-VERSION-1', `${id} fell to v${after.version}`);
  // One commit may hold several steps of one turn.
  const steps = after.version - before.version;
  const known = before.state === state || WAYS[before.state].includes(state) || steps > 1;
  if (!known) trace.fail(2, 'SIM-SESSION-WAY-1', `${id} went from ${before.state} to ${state}`);
  if (before.state === 'deleted' || before.state === 'failed')
    trace.fail(2, 'SIM-SESSION-OVER-1', `${id} is over, but changed`);
  const kept = before.subdomain === after.subdomain && before.launches <= after.launches;
  if (!kept) trace.fail(2, 'SIM-SESSION-KEPT-1', `${id} lost its subdomain or a launch`);
  checkKey(witness, before, after);
  checkKept(witness, after);
  checkLease(witness, after);
  if (before.state !== state && after.ending !== null && after.ending.at !== before.ending?.at)
    checkEnding(witness, before, after.ending.reason);
}

/** The key of a launch stands for that launch, for ever. */
function checkKey({ world, machines }: SessionWitness, before: SessionRecord, after: SessionRecord): void {
  const { launch } = after;
  if (launch === null || launch.askedAt === before.launch?.askedAt) return;
  if (machines.keys.has(launch.key)) world.trace.fail(1, 'SIM-TWICE-3', `${launch.key} is asked for anew`);
  machines.keys.add(launch.key);
}

/** What a stop kept is what the next start gets back. */
function checkKept({ world, provider, machines }: SessionWitness, { id, state, kept }: SessionRecord): void {
  if (state !== 'stopped' || kept !== null) return;
  const left = provider.machines
    .all()
    .find(
      (machine) => machine.sessionId === id && machine.state === 'kept' && !machines.twins.has(machine.id),
    );
  if (left !== undefined)
    world.trace.fail(1, 'SIM-KEPT-1', `${id} is stopped and does not know of ${left.id}`);
}

/** The lease that people are told of is never longer than the one that the machine was told of. */
function checkLease({ world, provider, outage }: SessionWitness, { id, launch }: SessionRecord): void {
  const machine = launch?.handle == null ? undefined : provider.machines.of(launch.handle);
  if (machine === undefined || !isUp(machine) || world.profile.faults.clock_jump > 0 || launch === null)
    return;
  if (outage.deaf.has(machine.id)) return;
  const ahead = launch.leaseUntil - WALL_START - machine.leaseUntil;
  if (ahead > 0)
    world.trace.fail(1, 'SIM-LEASE-3', `the lease of ${id} ends ${ahead} ms before it is said to`);
}

/** How old the knowledge of a control plane may be of what went through another one, or of what came while it decided. */
const DECIDED_MS = 6_000;

/** After a jump of the clock that a control plane saw nothing expires for a lease of the control plane; a commit that was under way may. */
const QUIET_MS = 20_000;
const EXPIRIES: ReadonlySet<SessionReason['kind']> = new Set([
  'idle',
  'unused',
  'life_ended',
  'lease_ended',
  'create_timed_out',
  'ready_timed_out',
]);

/** Nothing is stopped before its time, and nothing is called gone that lives. */
function checkEnding(witness: SessionWitness, before: SessionRecord, reason: SessionReason): void {
  const { world, provider } = witness;
  const now = wallOf(world);
  const early = (due: number | null | undefined): boolean => due != null && now < due;
  const fail = (why: string): void => world.trace.fail(1, 'SIM-EARLY-1', `${before.id}: ${why}`);
  const { limits } = before.spec;
  const calmMs = world.timeline.now - world.jumpedAt;
  // It was decided before the clock jumped, and was on its way to the disk.
  if (world.jumpedAt >= 0 && calmMs <= world.profile.commitMs + world.profile.storeMs) return;
  const { plane_stalls, plane_stalls_at_call } = world.profile.faults;
  const seen = world.jumpedAt > world.startedAt && plane_stalls + plane_stalls_at_call === 0;
  const quiet = seen && calmMs < QUIET_MS && EXPIRIES.has(reason.kind);
  if (quiet) fail(`${reason.kind}, just after the clock jumped`);
  if (reason.kind === 'idle') {
    const use = witness.lastUse(before.id);
    const used = Math.max(before.activity.at, before.readyAt ?? 0, use < now - DECIDED_MS ? use : 0);
    if (early(used + (limits.idleMs ?? Infinity))) fail(`idle, but used ${now - used} ms ago`);
    if (early(before.hold?.until)) fail('idle, but held');
  }
  if (reason.kind === 'life_ended' && early(before.endsAt)) fail('its life was not over');
  if (
    reason.kind === 'unused' &&
    (early(before.since + (limits.unusedMs ?? Infinity)) || early(before.hold?.until))
  )
    fail('unused, but not for so long');
  if (reason.kind === 'lease_ended' && early(before.launch?.leaseUntil)) fail('its lease was not over');
  if (reason.kind === 'machine_gone' || reason.kind === 'exited') {
    const handle = before.launch?.handle;
    const machine = handle == null ? undefined : provider.machines.of(handle);
    if (machine !== undefined && isUp(machine)) fail(`${machine.id} was called gone while it lives`);
  }
}
