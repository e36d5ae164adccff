import type { Clock, Health, Observation } from '@errand/core';
import { ProviderError } from '@errand/core';
import type { MachineAgents, MachineHosts, MachineMains } from './machine-agents.ts';
import type { Place } from './names.ts';

export interface OnMachineParts {
  readonly agents: MachineAgents;
  readonly hosts: MachineHosts;
  readonly mains: MachineMains;
  readonly clock: Pick<Clock, 'steady'>;
}

/** An agent that has a session speaks at least every 30 s. */
const SILENT_MS = 75_000;
/** Sessions on machines are ended by their machines; the tag keeps whoever looks for sessions on agents from taking them for its own. */
const TAG = 'ec2-machine';

interface Lease {
  readonly leaseMs: number;
  /** Steady ms. */
  readonly at: number;
}

/** What happens on machines that run: their agents have the sessions, as agents have them in folders, and keep the leases that the switch reads. */
export class OnMachine {
  readonly #parts: OnMachineParts;
  /** The last word about a lease, by launch: also that of a time when no agent could be told. */
  readonly #leases = new Map<string, Lease>();

  constructor(parts: OnMachineParts) {
    this.#parts = parts;
  }

  /** How long it may live from now on; told to its agent, or when that comes. */
  async lease({ session, launch }: Pick<Place, 'session' | 'launch'>, leaseMs: number): Promise<void> {
    const { agents, hosts, clock } = this.#parts;
    this.#leases.set(launch, { leaseMs, at: clock.steady() });
    const agent = await agents.of(session, launch);
    if (agent !== null) hosts.want(agent.id, { kind: 'renew', sessionId: session, leaseMs });
  }

  async gone({ session, launch }: Place): Promise<void> {
    this.#leases.delete(launch);
    await this.#parts.agents.remove(session, launch);
  }

  /** Ms until its switch ends it; null: nobody has said. */
  async leaseLeftMs({ session, launch }: Place): Promise<number | null> {
    const { agents, hosts, clock } = this.#parts;
    const agent = await agents.of(session, launch);
    const report = agent === null ? null : hosts.report(agent.id, session);
    if (report?.hosted == null) return null;
    return report.hosted.leaseLeftMs - (clock.steady() - report.heardAt);
  }

  /** How it is on a machine that EC2 shows as running. `key`: of its last start. */
  async look(place: Place, key: string): Promise<Observation> {
    const { agents, hosts, clock } = this.#parts;
    const { session, launch } = place;
    const agent = await agents.of(session, launch);
    if (agent === null) return BOOTS;
    const report = hosts.report(agent.id, session);
    if (report !== null && report.current && report.hosted?.key === key) {
      if (clock.steady() - report.heardAt < SILENT_MS) return await this.#hosted(place, agent, report.hosted);
      throw new ProviderError('transient', `the agent of the machine ${place.instance} is silent`);
    }
    const spec = await agents.specOf(session);
    if (spec === null) return BOOTS;
    const { leaseMs, at } = this.#leases.get(launch) ?? { leaseMs: spec.limits.leaseMs, at: clock.steady() };
    const left = Math.max(1_000, leaseMs - (clock.steady() - at));
    const { ports, health } = spec;
    hosts.want(agent.id, { kind: 'run', sessionId: session, key, tag: TAG, leaseMs: left, ports, health });
    return { kind: 'pending', progress: 'Its agent is there.' };
  }

  async #hosted(
    { session }: Place,
    agent: { readonly id: string; readonly pool: string },
    { key, state, problem, health, cpuMs }: Hosted,
  ): Promise<Observation> {
    if (problem !== null) throw new ProviderError('config', problem);
    if (state === 'making') return { kind: 'pending', progress: 'Its agent makes the session.' };
    if (state !== 'running') return { kind: 'ended', reason: { kind: 'machine_gone' } };
    const { end } = await this.#parts.mains.ensure(session, key, agent);
    if (end !== null) return { kind: 'ended', reason: end };
    const use = { trafficAt: null, cpuMs, agent };
    return { kind: 'running', ports: [], health: health === null ? null : healthOf(health), use };
  }
}

const BOOTS: Observation = { kind: 'pending', progress: 'The machine starts; its agent has not come yet.' };

type Hosted = NonNullable<NonNullable<ReturnType<MachineHosts['report']>>['hosted']>;

function healthOf({ ok, failed, why }: NonNullable<Hosted['health']>): Health {
  if (ok) return { kind: 'ok' };
  return failed ? { kind: 'failed', why } : { kind: 'not_yet', why };
}
