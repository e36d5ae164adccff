import type { FakeFault, FakeProvider } from '@errand/core/testing';
import { Random } from '../time/random.ts';
import type { Moment } from '../time/virtual-process.ts';
import type { SessionPlane } from './session-plane.ts';
import { drawCallFault, type SessionFaultKind } from './session-profile.ts';
import { type SessionWorld, unsettle } from './session-scene.ts';

/** Breaks control planes, their time, and the provider as the profile says, and starts again what died. */
export class SessionFaults {
  /** How many there were, those left out included. */
  count = 0;
  readonly #world: SessionWorld;
  readonly #planes: readonly SessionPlane[];
  readonly #provider: FakeProvider;
  readonly #outage: Outage;

  constructor(world: SessionWorld, planes: readonly SessionPlane[], provider: FakeProvider, outage: Outage) {
    this.#world = world;
    this.#planes = planes;
    this.#provider = provider;
    this.#outage = outage;
  }

  start(): void {
    this.#repair();
    this.#next();
    this.#world.timeline.after(this.#world.profile.faultsForMs, 'faults end', () => {
      this.#world.healed = true;
    });
  }

  /** Each draws from a source of its own, so that leaving one out does not change the others. */
  #next(): void {
    const { timeline, seed, profile, without, trace } = this.#world;
    if (Object.values(profile.faults).every((weight) => weight === 0)) return;
    const name = `fault ${this.count}`;
    const random = new Random(seed, name);
    timeline.after(random.between(0, 2 * profile.faultEveryMs), name, () => {
      if (this.#world.healed) return;
      this.count += 1;
      const kind = random.weighted(profile.faults);
      trace.note(`${name}: ${kind}`);
      if (!without.has(name)) this.#inject(kind, random);
      this.#next();
    });
  }

  #inject(kind: SessionFaultKind, random: Random): void {
    const plane = random.pick(this.#planes);
    const long = random.pick([2_000, 12_000, 45_000, 90_000]);
    const faults: Readonly<Record<SessionFaultKind, () => void>> = {
      plane_dies: () => plane.kill(),
      plane_dies_at_call: () => plane.process?.atCall(drawMoment(random), () => plane.kill()),
      plane_stalls: () => plane.stall(long),
      plane_stalls_at_call: () => plane.process?.atCall(drawMoment(random), () => plane.stall(long)),
      plane_away: () => plane.away(random.pick([20_000, 60_000, 400_000, 900_000])),
      clock_jump: () =>
        this.#jump(random.pick([-1, 1]), random.pick([2_000, 20_000, 90_000, 600_000, 3_600_000])),
      provider_out: () => this.#outage.begin(random.pick([10_000, 60_000, 240_000])),
      machine_vanishes: () => this.#vanish(random),
      machine_deaf: () => this.#deafen(random),
    };
    faults[kind]();
  }

  /** Back towards the true time, where it is off: else the ends of the longest lives would be days away. */
  #jump(wanted: number, by: number): void {
    const world = this.#world;
    const ms = (world.offsetMs === 0 ? wanted : -Math.sign(world.offsetMs)) * by;
    world.trace.note(`clock jumps by ${ms} ms`);
    world.offsetMs += ms;
    if (Math.abs(ms) > 3_000) world.jumpedAt = world.timeline.now;
    unsettle(world, world.timeline.now);
  }

  #vanish(random: Random): void {
    const alive = this.#provider.machines.alive();
    if (alive.length === 0) return;
    const { id } = random.pick(alive);
    this.#world.trace.note(`provider: ${id} vanishes`);
    this.#outage.vanished.add(id);
    this.#provider.machines.vanish(id);
  }

  #deafen(random: Random): void {
    const alive = this.#provider.machines.alive();
    if (alive.length === 0) return;
    const { id } = random.pick(alive);
    this.#world.trace.note(`provider: ${id} forgets its renewals`);
    this.#outage.deaf.add(id);
    this.#provider.machines.deafen(id);
  }

  #repair(): void {
    const { timeline, random } = this.#world;
    for (const plane of this.#planes) plane.start();
    timeline.after(random.between(200, 3_000), 'somebody looks after the planes', () => this.#repair());
  }
}

/** Most moments of consequence are those beside a write or a call of the provider. */
function drawMoment(random: Random): Moment {
  const method = random.pick([
    null,
    'save',
    'launch',
    'start',
    'find',
    'stop',
    'terminate',
    'inspect',
    'renew',
  ]);
  const calls = random.between(1, method === null ? 40 : 4);
  return { calls, method, when: random.pick(['before', 'after']), afterMs: random.pick([0, 0, 50, 1_000]) };
}

/** The provider refuses every call for a while. */
export class Outage {
  /** When a call last went wrong. */
  faultAt = 0;
  /** Launch keys for which the provider has made something that nobody asked for. */
  readonly twins = new Set<string>();
  /** Machines that went without anybody having asked for it. */
  readonly vanished = new Set<string>();
  /** Machines whose lease is shorter than everybody is told. */
  readonly deaf = new Set<string>();
  readonly #world: SessionWorld;
  readonly #random: Random;
  /** Of the calls that one is to fail of. */
  #calls = 0;
  #until = 0;

  constructor(world: SessionWorld) {
    this.#world = world;
    this.#random = new Random(world.seed, 'calls');
  }

  begin(ms: number): void {
    const { timeline, trace } = this.#world;
    trace.note(`provider is out for ${ms} ms`);
    this.#until = timeline.now + ms;
    this.#world.disturbedAt = Math.max(this.#world.disturbedAt, this.#until);
  }

  /** What goes wrong with a call now. */
  faultOf(call: Parameters<typeof drawCallFault>[2], key: string): FakeFault | null {
    const { timeline, profile, healed, trace } = this.#world;
    const fault = this.#draw(call, healed);
    if (fault === null) return null;
    this.#world.faults += 1;
    trace.note(`provider: ${call} ${key} ${JSON.stringify(fault)}`);
    this.faultAt = timeline.now + ('ms' in fault ? fault.ms : 0) + profile.settleMs;
    if (fault.kind === 'twin') this.twins.add(key);
    return fault;
  }

  #draw(call: Parameters<typeof drawCallFault>[2], healed: boolean): FakeFault | null {
    const { fails } = this.#world;
    if (fails?.call === call && (this.#calls += 1) === fails.nth) return fails.fault;
    if (this.#until > this.#world.timeline.now) return { kind: 'error', error: 'transient' };
    return healed ? null : drawCallFault(this.#random, this.#world.profile, call);
  }
}
