import { type Clock, type Observation, type PortAddress, ProviderError } from '@errand/core';
import type { AgentHosts, AgentMains, AgentPlacing, ComingAgents, HostedByAgent } from './agent-ports.ts';
import { healthOf } from './health-of.ts';

export interface ByAgentParts {
  readonly agents: ComingAgents;
  readonly hosts: AgentHosts;
  readonly mains: AgentMains;
  readonly placing: AgentPlacing;
  readonly clock: Pick<Clock, 'steady'>;
}

/** What differs from provider to provider. */
export interface ByAgentWords {
  /** Its sessions are ended with what they run in; the tag keeps whoever looks for sessions on agents from taking them for its own. */
  readonly tag: string;
  /** Progress until the agent has come. */
  readonly starts: string;
}

/** Whose compute it is. */
export interface Launched {
  readonly session: string;
  /** The key under which it was made. */
  readonly launch: string;
}

/** What the provider itself knows of compute that runs. */
export interface Seen {
  /** Of its last start. */
  readonly key: string;
  /** What people call it: `the machine i-0123`. */
  readonly name: string;
  readonly ports: readonly PortAddress[];
  /** Does its agent reach these ports? Otherwise it checks health by commands alone, and the control plane looks at ports. */
  readonly reachesPorts: boolean;
  /** Does the processor time of its agent's machine tell whether the session is busy? */
  readonly countsProcessor: boolean;
}

/** An agent that has a session speaks at least every 30 s. */
const SILENT_MS = 75_000;

interface Lease {
  readonly leaseMs: number;
  /** Steady ms. */
  readonly at: number;
}

/**
 * What happens in machines and tasks that run and have brought an agent: it has the session, as agents have them in folders, and renews the
 * lease that the switch there reads.
 */
export class SessionByAgent {
  readonly #parts: ByAgentParts;
  readonly #words: ByAgentWords;
  /** The last word about a lease, by launch: also that of a time when no agent could be told. */
  readonly #leases = new Map<string, Lease>();

  constructor(parts: ByAgentParts, words: ByAgentWords) {
    this.#parts = parts;
    this.#words = words;
  }

  /** How long it may live from now on; told to its agent, or when that comes. */
  async lease({ session, launch }: Launched, leaseMs: number): Promise<void> {
    const { agents, hosts, clock } = this.#parts;
    this.#leases.set(launch, { leaseMs, at: clock.steady() });
    const agent = await agents.of(session, launch);
    if (agent !== null) hosts.want(agent.id, { kind: 'renew', sessionId: session, leaseMs });
  }

  async gone({ session, launch }: Launched): Promise<void> {
    this.#leases.delete(launch);
    await this.#parts.agents.remove(session, launch);
  }

  /** Ms until its switch ends it; null: nobody has said. */
  async leaseLeftMs({ session, launch }: Launched): Promise<number | null> {
    const { agents, hosts, clock } = this.#parts;
    const agent = await agents.of(session, launch);
    const report = agent === null ? null : hosts.report(agent.id, session);
    if (report?.hosted == null) return null;
    return report.hosted.leaseLeftMs - (clock.steady() - report.heardAt);
  }

  /** How it is in compute that its provider shows as running. */
  async look({ session, launch }: Launched, seen: Seen): Promise<Observation> {
    const { agents, hosts, clock } = this.#parts;
    const { tag, starts } = this.#words;
    const agent = await agents.of(session, launch);
    if (agent === null) return { kind: 'pending', progress: starts };
    const report = hosts.report(agent.id, session);
    if (report !== null && report.current && report.hosted?.key === seen.key) {
      if (clock.steady() - report.heardAt < SILENT_MS)
        return await this.#hosted({ session, launch }, agent, seen, {
          ...report.hosted,
          heardAt: report.heardAt,
        });
      throw new ProviderError('transient', `the agent of ${seen.name} is silent`);
    }
    const spec = await agents.specOf(session);
    if (spec === null) return { kind: 'pending', progress: starts };
    const { leaseMs, at } = this.#leases.get(launch) ?? { leaseMs: spec.limits.leaseMs, at: clock.steady() };
    const left = Math.max(1_000, leaseMs - (clock.steady() - at));
    const { ports, health } = spec;
    const run = {
      kind: 'run',
      sessionId: session,
      key: seen.key,
      tag,
      leaseMs: left,
      ports,
      health: seen.reachesPorts || health?.check.kind === 'command' ? health : null,
    } as const;
    hosts.want(agent.id, run);
    return { kind: 'pending', progress: 'Its agent is there.' };
  }

  async #hosted(
    { session, launch }: Launched,
    agent: { readonly id: string; readonly pool: string },
    { ports, countsProcessor }: Seen,
    { key, state, problem, health, cpuMs, heardAt }: Heard,
  ): Promise<Observation> {
    const { placing, mains } = this.#parts;
    if (problem !== null) throw new ProviderError('config', problem);
    if (state === 'making') return { kind: 'pending', progress: 'Its agent makes the session.' };
    if (state !== 'running') return { kind: 'ended', reason: { kind: 'machine_gone' } };
    const progress = await placing.progress({
      sessionId: session,
      key,
      agentId: agent.id,
      anew: key === launch,
    });
    if (progress !== null) return { kind: 'pending', progress };
    const { end } = await mains.ensure(session, key, agent);
    if (end !== null) return { kind: 'ended', reason: end };
    const processor = countsProcessor ? { cpuMs, cpuSeenAt: heardAt } : { cpuMs: null };
    const use = { trafficAt: null, ...processor, agent };
    return { kind: 'running', ports, health: health === null ? null : healthOf(health), use };
  }
}

type Heard = HostedByAgent & { readonly heardAt: number };
