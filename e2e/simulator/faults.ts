import type { Machine } from './machine/machine.ts';
import { remoteLink } from './machine/remote-link.ts';
import type { ControlPlane } from './plane/control-plane.ts';
import type { Network } from './plane/network.ts';
import type { FaultKind } from './profile.ts';
import type { Random } from './time/random.ts';
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
}

/** Breaks things as the profile says, and repairs what died. What is cut, stalled or full when it ends becomes well by itself. */
export class Faults {
  over = false;
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

  #next(): void {
    const { timeline, random, profile } = this.#parts.world;
    timeline.after(random.between(0, 2 * profile.faultEveryMs), 'a fault', () => {
      if (this.over) return;
      this.#inject(random.weighted(profile.faults));
      this.#next();
    });
  }

  #inject(kind: FaultKind): void {
    const { random, trace } = this.#parts.world;
    const machine = random.pick(this.#machines());
    trace.note(`fault: ${kind} (${machine.name})`);
    this.#faults(machine)[kind]();
  }

  #faults(machine: Machine): Readonly<Record<FaultKind, () => void>> {
    const { world, plane, network, places, remote } = this.#parts;
    const { random } = world;
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
      () => machine.agent?.stall(long),
      cut,
    ]);
    return {
      server_dies: () => plane.kill(),
      server_dies_at_call: () => plane.process?.atCall(drawMoment(random, PLANE_CALLS), () => plane.kill()),
      agent_dies: () => machine.agent?.kill(),
      machine_fails_at_call: () => machine.agent?.atCall(drawMoment(random, AGENT_CALLS), () => duringCall()),
      keeper_dies: () => machine.killKeeper(),
      reboot,
      client_cut: () => network.cut(random.pick(places), long),
      machine_cut: cut,
      clock_jump: () => plane.jump(random.pick([-1, 1]) * random.pick([2_000, 20_000, 90_000])),
      server_stalls: () => plane.stall(2 * short),
      agent_stalls: () => machine.agent?.stall(long),
      disk_full: () => this.#fill(machine, short),
      agent_leaves: () => this.#leave(random.pick(remote)),
    };
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
        if (machine.agent?.alive !== true && !machine.gone) this.#startAgent(machine);
      this.#repair();
    });
  }

  #startAgent(machine: Machine): void {
    const process = machine.newProcess();
    machine.startAgent(process, remoteLink(this.#parts, machine, process));
  }
}

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

function drawMoment(random: Random, methods: readonly string[]): Moment {
  const when = random.pick(['before', 'after'] as const);
  const afterMs = random.chance(0.3) ? random.between(1, 30) : 0;
  return random.chance(0.4)
    ? { calls: random.between(1, 40), method: null, when, afterMs }
    : { calls: random.between(1, 3), method: random.pick(methods), when, afterMs };
}
