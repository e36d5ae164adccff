import type { SessionRecord } from '@errand/core';
import type { FakeMachine } from '@errand/core/testing';
import type { SessionWitness } from './session-witness.ts';

/** What the witness saw of machines so far. */
export class MachineMemory {
  /** Machine by the key it was first made under. */
  readonly byKey = new Map<string, string>();
  /** Of every launch that was ever asked for. */
  readonly keys = new Set<string>();
  /** Machines that the provider made although nobody asked for them. */
  readonly twins = new Set<string>();
  readonly seen = new Set<string>();
  readonly ended = new Set<string>();
  /** Those that somebody has asked to end, or that ended by themselves. */
  readonly down = new Set<string>();
  /** When the lease of each first ran out while it was alive. */
  readonly lapsed = new Map<string, number>();
  /** Since when the session of each has gone on without it, while it is alive. */
  readonly orphaned = new Map<string, number>();
}

/** After the lease and this long, nothing is left alive. */
const LATE_MS = 300_000;
/** What a session has gone on without is ended by the second sweep from then on at the latest, with a list as old as may be. */
const SWEPT_MS = 150_000;

/** Invariant 1 beside the truth at the provider, after every step. */
export function checkMachines(witness: SessionWitness): void {
  const all = witness.provider.machines.all();
  for (const machine of all) {
    if (!witness.machines.seen.has(machine.id)) meet(witness, machine);
    if (isUp(machine)) witness.machines.down.delete(machine.id);
    else if (!witness.machines.down.has(machine.id)) checkAsked(witness, machine);
    if (machine.state === 'gone') checkGone(witness, machine);
    else checkThere(witness, machine);
  }
  const alive = all.filter((machine) => isUp(machine) && !witness.machines.twins.has(machine.id));
  const sessions = alive.map(({ sessionId }) => sessionId);
  if (new Set(sessions).size < sessions.length)
    witness.world.trace.fail(1, 'SIM-TWICE-1', `two machines run for one session: ${sessions.join(', ')}`);
}

export function isUp({ state }: FakeMachine): boolean {
  return state === 'making' || state === 'running';
}

function meet({ machines, outage, world }: SessionWitness, { id, key }: FakeMachine): void {
  machines.seen.add(id);
  world.trace.note(`provider: ${id} is made for ${key}`);
  const first = machines.byKey.get(key);
  if (first === undefined) machines.byKey.set(key, id);
  else if (outage.twins.has(key)) machines.twins.add(id);
  else world.trace.fail(1, 'SIM-TWICE-2', `${id} was made for ${key}, as ${first} was`);
}

function checkThere(witness: SessionWitness, machine: FakeMachine): void {
  const { world, records, machines, provider } = witness;
  const { trace, timeline, profile, disturbedAt } = world;
  const { id, sessionId, leaseUntil, state } = machine;
  if (!isUp(machine)) machines.lapsed.delete(id);
  else if (timeline.now > leaseUntil && !machines.lapsed.has(id)) machines.lapsed.set(id, leaseUntil);
  // One that has outlived its lease is ended, also where somebody renews it later.
  const lapsed = Math.max(machines.lapsed.get(id) ?? Infinity, profile.deadMan ? 0 : disturbedAt);
  if (isUp(machine) && timeline.now > lapsed + LATE_MS)
    trace.fail(1, 'SIM-LEASE-1', `${id} of ${sessionId} lives ${timeline.now - lapsed} ms after its lease`);
  const record = records.get(sessionId);
  checkOrphan(witness, machine, record);
  if (machines.twins.has(id)) return;
  if (record?.state === 'deleted' || record?.state === 'failed')
    trace.fail(1, 'SIM-GONE-1', `${sessionId} is called ${record.state}, but ${id} is ${state}`);
  if (record?.state === 'stopped' && provider.machines.alive().includes(machine))
    trace.fail(1, 'SIM-GONE-2', `${sessionId} is called stopped, but ${id} is ${state}`);
}

/** What nobody will ever use does not live until its lease is over. */
function checkOrphan(
  { world, machines, outage }: SessionWitness,
  machine: FakeMachine,
  record: SessionRecord | undefined,
): void {
  const { launch = null, kept = null } = record ?? {};
  const handles = [launch?.handle ?? null, kept].filter((handle) => handle !== null);
  const unsure = record === undefined || (launch !== null && launch.handle === null);
  const known = handles.some(({ data }) => data['machine'] === machine.id);
  if (unsure || known || !isUp(machine)) return void machines.orphaned.delete(machine.id);
  const { timeline, trace, disturbedAt } = world;
  const since = machines.orphaned.get(machine.id) ?? timeline.now;
  machines.orphaned.set(machine.id, since);
  const late = timeline.now - Math.max(since, disturbedAt, outage.faultAt);
  if (late > SWEPT_MS)
    trace.fail(
      1,
      'SIM-ORPHAN-1',
      `${machine.id} lives, but ${machine.sessionId} has gone on without it for ${late} ms`,
    );
}

/** The switch beside a machine ends it only where nobody could renew its lease. */
function checkGone(witness: SessionWitness, machine: FakeMachine): void {
  const { world, records, machines, outage } = witness;
  const { id, sessionId, goneAt, leaseUntil } = machine;
  if (machines.ended.has(id)) return;
  machines.ended.add(id);
  const record = records.get(sessionId);
  if (machines.twins.has(id) || outage.vanished.has(id)) return;
  if (goneAt !== leaseUntil) return checkWanted(witness, machine, record);
  if (record === undefined || !['starting', 'ready'].includes(record.state)) return;
  const { leaseMs } = record.spec.limits;
  const troubled = Math.max(world.disturbedAt, outage.faultAt);
  if (goneAt - troubled > 2 * leaseMs + 90_000)
    world.trace.fail(1, 'SIM-LEASE-2', `nobody renewed the lease of ${id}, though nothing was in the way`);
}

/** Whoever ends a machine has it written down before. */
function checkAsked({ world, records, machines, outage }: SessionWitness, machine: FakeMachine): void {
  const { id, sessionId, goneAt, leaseUntil } = machine;
  machines.down.add(id);
  const record = records.get(sessionId);
  const byItself = machines.twins.has(id) || outage.vanished.has(id) || goneAt === leaseUntil;
  if (byItself || !isExact(world) || record === undefined) return;
  if (!['creating', 'starting', 'ready'].includes(record.state)) return;
  world.trace.fail(1, 'SIM-WANTED-2', `${id} is being ended, but ${sessionId} is ${record.state}`);
}

/** Nobody ends what is wanted, and nobody takes away what was kept; with calls that arrive late it cannot be helped. */
function checkWanted(
  { world, records }: SessionWitness,
  { id, sessionId }: FakeMachine,
  record = records.get(sessionId),
): void {
  if (!isExact(world) || record === undefined || record.state === 'deleting' || record.desired === 'deleted')
    return;
  world.trace.fail(1, 'SIM-WANTED-1', `${id} was ended, but ${sessionId} is ${record.state}`);
}

/** What is asked of the provider takes effect at once, and one alone asks. */
function isExact({ profile: { calls, planes } }: SessionWitness['world']): boolean {
  return planes === 1 && Object.values(calls).every((often) => often === 0);
}
