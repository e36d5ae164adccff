import type { Clock, Observation, SessionAgent } from '@errand/core';
import { ProviderError } from '@errand/core';
import type { AgentMains } from '../../by-agent/agent-ports.ts';
import type { Place } from '../names.ts';
import { leaseScript } from './machine-scripts.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { SsmCarrier } from './ssm-carrier.ts';

export interface BySsmParts {
  readonly carrier: Pick<SsmCarrier, 'carry'>;
  readonly mains: AgentMains;
  /** The keeper's builds by the processor, in Node's words. */
  readonly keepers: (arch: string) => string | undefined;
  /** The control plane's own agent, which has commands carried to the machine; null: there is none (yet). */
  readonly ownAgent: () => Pick<SessionAgent, 'id' | 'pool'> | null;
  readonly clock: Pick<Clock, 'steady' | 'sleep'>;
}

/** A lease is moved once a fifth of it is used up: each move is a command that AWS keeps for a month. */
const MOVED_AFTER = 5;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000] as const;
const LAST_RETRY_MS = 15_000;
/** A script that moves a lease and comes late would make it longer than was meant. */
const LEASE_DELIVER_S = 60;

interface Machine {
  readonly key: string;
  /** What is to be heard of it until it is prepared. */
  progress: string;
  prepared: Prepared | null;
  readonly over: AbortController;
}

interface Lease {
  /** Steady ms in which it is to end. */
  until: number;
  leaseMs: number;
  /** The same as the machine was last told. */
  told: number | null;
  telling: boolean;
}

/** What happens on machines that only SSM reaches: made ready by scripts, their leases moved by scripts; their commands are carried by the control plane's own agent. */
export class BySsm {
  readonly #parts: BySsmParts;
  readonly #machines = new Map<string, Machine>();
  readonly #leases = new Map<string, Lease>();

  constructor(parts: BySsmParts) {
    this.#parts = parts;
  }

  /** How long it may live from now on; told to its switch, as soon as SSM reaches it. */
  async lease(place: Pick<Place, 'instance' | 'launch'>, leaseMs: number): Promise<void> {
    const known = this.#leases.get(place.launch);
    const until = this.#parts.clock.steady() + leaseMs;
    const lease: Lease = known ?? { until, leaseMs, told: null, telling: false };
    this.#leases.set(place.launch, Object.assign(lease, { until, leaseMs }));
    // Its failure is said again with the next renewal; a machine that cannot be told ends itself, which is what the switch is for.
    if (this.#machines.get(place.launch)?.prepared != null) this.#tell(place).catch(() => undefined);
  }

  async gone({ launch }: Place): Promise<void> {
    this.#machines.get(launch)?.over.abort();
    this.#machines.delete(launch);
    this.#leases.delete(launch);
  }

  /** Ms until its switch ends it; null: it was not told anything by this control plane. */
  async leaseLeftMs({ launch }: Place): Promise<number | null> {
    const told = this.#leases.get(launch)?.told ?? null;
    return told === null ? null : told - this.#parts.clock.steady();
  }

  /** How it is on a machine that EC2 shows as running. `key`: of its last start. */
  async look(place: Place, { key }: { readonly key: string }): Promise<Observation> {
    const { prepared, progress } = this.#machine(place, key);
    if (prepared === null) return { kind: 'pending', progress };
    const own = this.#parts.ownAgent();
    if (own === null)
      throw new ProviderError(
        'transient',
        'commands are carried by the own agent of the control plane, and that is not there',
      );
    const { end } = await this.#parts.mains.ensure(place.session, key, own);
    if (end !== null) return { kind: 'ended', reason: end };
    const agent = { ...own, machine: { id: place.instance, keeper: prepared.keeper } };
    return { kind: 'running', ports: [], health: null, use: { trafficAt: null, cpuMs: null, agent } };
  }

  #machine(place: Place, key: string): Machine {
    const known = this.#machines.get(place.launch);
    if (known?.key === key) return known;
    known?.over.abort();
    const machine: Machine = { key, progress: BOOTS, prepared: null, over: new AbortController() };
    this.#machines.set(place.launch, machine);
    this.#prepare(place, machine).catch(() => undefined);
    return machine;
  }

  /** Until it is ready, or gone, or started anew. */
  async #prepare(place: Place, machine: Machine): Promise<void> {
    const { carrier, keepers, clock } = this.#parts;
    const { signal } = machine.over;
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        // First, for it began with the lease of its start. What it was told before that, it has forgotten.
        const lease = this.#leases.get(place.launch);
        if (lease !== undefined) lease.told = null;
        await this.#tell(place);
        machine.prepared = await prepare({ carrier, keepers }, place.instance, signal);
        return;
      } catch (error) {
        machine.progress = error instanceof Error ? error.message : String(error);
        await clock.sleep(RETRY_MS[tries] ?? LAST_RETRY_MS, signal);
      }
    }
  }

  /** One at a time, and the last word counts. */
  async #tell({ instance, launch }: Pick<Place, 'instance' | 'launch'>): Promise<void> {
    const { carrier, clock } = this.#parts;
    const lease = this.#leases.get(launch);
    if (lease === undefined || lease.telling || isTold(lease)) return;
    lease.telling = true;
    const { until, leaseMs } = lease;
    try {
      const script = leaseScript(until - clock.steady());
      const signal = this.#machines.get(launch)?.over.signal ?? AbortSignal.abort();
      const order = { machine: instance, script, note: 'errand lease', deliverS: LEASE_DELIVER_S, signal };
      const said = await carrier.carry(order);
      if (said.kind === 'said' && (await wordsOf(said.output)).includes('moved')) lease.told = until;
    } finally {
      lease.telling = false;
    }
    if (this.#leases.get(launch) === lease && lease.leaseMs !== leaseMs)
      await this.#tell({ instance, launch });
  }
}

const BOOTS = 'The machine starts; SSM does not know it yet.';

function isTold({ told, until, leaseMs }: Lease): boolean {
  return told !== null && told >= until - leaseMs / MOVED_AFTER && told <= until + leaseMs / MOVED_AFTER;
}

async function wordsOf(output: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of output) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
