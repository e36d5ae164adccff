import type { Machine } from './machine/machine.ts';
import { remoteLink } from './machine/remote-link.ts';
import type { ControlPlane } from './plane/control-plane.ts';
import type { Network } from './plane/network.ts';
import type { FaultKind } from './profile.ts';
import { Random } from './time/random.ts';
import type { Moment } from './time/virtual-process.ts';
import type { World } from './world.ts';

export interface FaultsParts {
  readonly world: World;
  readonly plane: ControlPlane;
  readonly network: Network;
  /** The control plane's own. */
  readonly own: Machine;
  readonly remote: readonly Machine[];
  /** Where clients are. */
  readonly places: readonly string[];
  /** Somebody loses patience. */
  readonly cancel: (random: Random) => void;
}

/** Breaks things as the profile says, and repairs what died. What is cut, stalled or full when it ends becomes well by itself. */
export class Faults {
  over = false;
  /** How many there were, those left out included. */
  count = 0;
  readonly #parts: FaultsParts;

  constructor(parts: FaultsParts) {
    this.#parts = parts;
  }

  start(): void {
    const { world, plane, remote } = this.#parts;
    plane.start();
    for (const machine of remote) this.#startAgent(machine);
    this.#next();
    this.#repair();
    world.timeline.after(world.profile.faultsForMs, 'faults end', () => {
      this.over = true;
    });
  }

  /** Each draws from a source of its own, so that leaving one out does not change the others. */
  #next(): void {
    const { timeline, seed, profile, without } = this.#parts.world;
    const name = `fault ${this.count}`;
    const random = new Random(seed, name);
    timeline.after(random.between(0, 2 * profile.faultEveryMs), name, () => {
      if (this.over) return;
      this.count += 1;
      if (!without.has(name)) this.#inject(name, random);
      this.#next();
    });
  }

  #inject(name: string, random: Random): void {
    const { trace, profile, timeline } = this.#parts.world;
    const kind = random.weighted(profile.faults);
    const machine = random.pick(this.#machines());
    trace.note(`${name}: ${kind} (${machine.name})`);
    this.#faults(machine, random)[kind]();
    if (!random.chance(profile.canceling)) return;
    timeline.after(random.between(0, 4_000), 'somebody loses patience', () => this.#parts.cancel(random));
  }

  #faults(machine: Machine, random: Random): Readonly<Record<FaultKind, () => void>> {
    const { plane, network, places, remote } = this.#parts;
    const short = random.between(500, 20_000);
    // About as long as a lease is when things begin to race.
    const long = random.pick([short, 4 * short, 100_000, random.between(29_500, 32_000)]);
    const reboot = (): void => machine.reboot(random.pick(['orderly', 'power failure']));
    const cut = (): void => network.cut(machine.name, long);
    const duringCall = random.pick([
      () => machine.agent?.kill(),
      () => machine.agent?.kill(),
      () => machine.killKeeper(),
      reboot,
      reboot,
      () => this.#stall(machine, long),
      cut,
    ]);
    return {
      server_dies: () => plane.kill(),
      server_dies_at_call: () => plane.process?.atCall(drawMoment(random, PLANE_CALLS), () => plane.kill()),
      agent_dies: () => machine.agent?.kill(),
      machine_fails_at_call: () => machine.agent?.atCall(drawMoment(random, AGENT_CALLS), () => duringCall()),
      late_at_the_door: () =>
        machine.agent?.atCall(AT_THE_DOOR, () => this.#stall(machine, random.between(29_000, 32_000))),
      keeper_dies: () => machine.killKeeper(),
      reboot,
      client_cut: () => network.cut(random.pick(places), long),
      machine_cut: cut,
      machine_cut_one_way: () => network.cut(machine.name, long, random.pick(['there', 'back'])),
      laptop_sleeps: () => this.#sleep(machine, random.pick([long, 120_000, 400_000])),
      server_away: () => plane.away(random.between(0, 600_000)),
      clock_jump: () => this.#jump(random.pick([-1, 1]) * random.pick([2_000, 20_000, 90_000, HOUR_MS])),
      server_stalls: () => plane.stall(2 * short),
      agent_stalls: () => this.#stall(machine, long),
      disk_full: () => this.#fill(machine, short),
      agent_leaves: () => this.#leave(random.pick(remote)),
    };
  }

  /** The control plane's own agent is a part of its process. */
  #stall(machine: Machine, ms: number): void {
    if (machine === this.#parts.own) this.#parts.plane.stall(ms);
    else machine.agent?.stall(ms);
  }

  /** With the network, and where it is the control plane's own, with that. */
  #sleep(machine: Machine, ms: number): void {
    machine.sleep(ms);
    if (machine === this.#parts.own) this.#parts.plane.stall(ms);
    else this.#parts.network.cut(machine.name, ms);
  }

  /** A clock that is off by an hour is set right again; less stays. */
  #jump(ms: number): void {
    const { plane, world } = this.#parts;
    plane.jump(ms);
    if (Math.abs(ms) >= HOUR_MS)
      world.timeline.after(HOUR_WRONG_MS, 'the clock is set right', () => plane.jump(-ms));
  }

  #fill({ disk, name }: Machine, ms: number): void {
    disk.full = true;
    this.#parts.world.timeline.after(ms, `${name} has room again`, () => {
      disk.full = false;
    });
  }

  /** Its commands go on, but nobody hears of them any more. */
  #leave(machine: Machine): void {
    machine.gone = true;
    this.#parts.network.cut(machine.name, Number.POSITIVE_INFINITY);
  }

  #machines(): readonly Machine[] {
    return [this.#parts.own, ...this.#parts.remote].filter(({ gone }) => !gone);
  }

  /** What a service manager does: starts again what died, after a while. */
  #repair(): void {
    const { world, plane, remote } = this.#parts;
    world.timeline.after(world.random.between(200, 4_000), 'repairs', () => {
      plane.start();
      for (const machine of remote)
        if (machine.agent?.alive !== true && !machine.gone && !machine.isAsleep) this.#startAgent(machine);
      this.#repair();
    });
  }

  #startAgent(machine: Machine): void {
    const process = machine.newProcess();
    machine.startAgent(process, remoteLink(this.#parts, machine, process));
  }
}

const HOUR_MS = 3_600_000;
const HOUR_WRONG_MS = 40_000;

/** The calls between which most is at stake. */
const PLANE_CALLS = ['insert', 'save', 'claim', 'append', 'seal', 'get'] as const;
const AGENT_CALLS = [
  'create',
  'report',
  'report',
  'open',
  'start',
  'start',
  'append',
  'list',
  'slots',
  'fence',
  'remove',
  'forget',
] as const;

/** The lease is written down, the question at the door comes next. */
const AT_THE_DOOR: Moment = { calls: 1, method: 'create', when: 'after', afterMs: 0 };

function drawMoment(random: Random, methods: readonly string[]): Moment {
  const when = random.pick(['before', 'after'] as const);
  const afterMs = random.chance(0.3) ? random.between(1, 30) : 0;
  return random.chance(0.4)
    ? { calls: random.between(1, 40), method: null, when, afterMs }
    : { calls: random.between(1, 3), method: random.pick(methods), when, afterMs };
}
