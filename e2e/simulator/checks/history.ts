import type { RunRecord } from '@errand/core';
import type { VirtualCommand } from '../machine/virtual-command.ts';
import type { Trace } from '../world.ts';
import { checkExecution } from './executions.ts';

/** What really became of one attempt, seen from outside. */
export interface Deed {
  readonly id: string;
  readonly runId: string;
  readonly token: number;
  /** Where it was executed. */
  machine: string | undefined;
  command: VirtualCommand | undefined;
  /** Machines whose agent was told that it may execute it, and when it last asked. */
  readonly permitted: Map<string, number>;
  readonly written: Written[];
  /** The agent has told its keeper to execute it. */
  handedOn: boolean;
  spawnFailed: boolean;
  timedOut: boolean;
  keeperDied: boolean;
  /** What its keeper wrote last may be gone. */
  powerFailed: boolean;
  /** Since when its agent polls for it although the run is another's. */
  staleSince: number | undefined;
  /** When the control plane heard of it from its agent, in virtual time; the last few times. */
  readonly heardAt: number[];
}

export interface Written {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
  /** The keeper was alive to read it. */
  readonly heard: boolean;
}

const HEARD_KEPT = 10;

/** What people asked for, by run. */
export interface Wishes {
  canceled: number;
  retried: number;
}

/** The independent witness: knows what commands did and what people asked for, whatever the control plane believes. */
export class History {
  /** Every run as it was last committed. */
  readonly records = new Map<string, RunRecord>();
  /** When the control plane last was started, stalled, or had its clock moved. */
  disturbedAt = 0;
  readonly #trace: Trace;
  readonly #now: () => number;
  readonly #deeds = new Map<string, Deed>();
  readonly #wishes = new Map<string, Wishes>();

  constructor(trace: Trace, now: () => number) {
    this.#trace = trace;
    this.#now = now;
  }

  find(id: string): Deed | undefined {
    return this.#deeds.get(id);
  }

  of(id: string): Deed {
    const dot = id.lastIndexOf('.');
    const fresh = (): Deed => ({
      id,
      runId: id.slice(0, dot),
      token: Number(id.slice(dot + 1)),
      machine: undefined,
      command: undefined,
      permitted: new Map(),
      written: [],
      handedOn: false,
      spawnFailed: false,
      timedOut: false,
      keeperDied: false,
      powerFailed: false,
      staleSince: undefined,
      heardAt: [],
    });
    const deed = this.#deeds.get(id) ?? fresh();
    this.#deeds.set(id, deed);
    return deed;
  }

  deedsOf(runId: string): readonly Deed[] {
    return [...this.#deeds.values()].filter((deed) => deed.runId === runId);
  }

  commandsOf(machine: string): readonly Deed[] {
    return [...this.#deeds.values()].filter((deed) => deed.machine === machine);
  }

  wishesFor(runId: string): Wishes {
    const wishes = this.#wishes.get(runId) ?? { canceled: 0, retried: 0 };
    this.#wishes.set(runId, wishes);
    return wishes;
  }

  permitted(id: string, machine: string, askedAt: number): void {
    this.of(id).permitted.set(machine, askedAt);
  }

  /** A keeper that slept cannot know that the permission has grown old: time asleep does not count. */
  slept(machine: string, ms: number): void {
    for (const { handedOn, permitted } of this.#deeds.values()) {
      const at = permitted.get(machine);
      if (handedOn && at !== undefined) permitted.set(machine, at + ms);
    }
  }

  heard(id: string): void {
    const { heardAt } = this.of(id);
    heardAt.push(this.#now());
    if (heardAt.length > HEARD_KEPT) heardAt.shift();
  }

  executed({ id, machine, command }: { id: string; machine: string; command: VirtualCommand }): void {
    this.#trace.note(`${machine}: executes ${id}`);
    const deed = this.of(id);
    checkExecution(this.#trace, this, { deed, machine, now: this.#now() });
    deed.machine = machine;
    deed.command = command;
  }

  spawnFailed(id: string, machine: string): void {
    const deed = this.of(id);
    checkExecution(this.#trace, this, { deed, machine, now: this.#now() });
    deed.machine = machine;
    deed.spawnFailed = true;
  }

  wrote(id: string, written: Written): void {
    this.#trace.note(`${id} wrote ${written.bytes.length} bytes${written.heard ? '' : ' to nobody'}`);
    this.of(id).written.push(written);
  }
}
