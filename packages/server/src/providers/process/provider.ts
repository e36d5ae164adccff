import {
  type Clock,
  type EndedBy,
  type Found,
  type Handle,
  type LaunchRequest,
  type Observation,
  type Provider,
  ProviderError,
  type SessionSpec,
  type SpecProblem,
} from '@errand/core';
import type { AgentMains, AgentPlacing } from '../by-agent/agent-ports.ts';
import { healthOf } from '../by-agent/health-of.ts';
import type { Hosted, ProcessHosts, ReportedSession } from './hosts.ts';

export interface ProcessProviderParts {
  readonly hosts: ProcessHosts;
  readonly mains: AgentMains;
  readonly placing: AgentPlacing;
  readonly clock: Pick<Clock, 'steady' | 'sleep'>;
  /** Agents on this machine: what they host is reached over loopback. */
  readonly isHere: (agentId: string) => boolean;
}

/** An agent that waits for orders speaks at least every 30 s. */
const SILENT_MS = 75_000;

/**
 * Sessions as a folder and the processes in it, on a machine with an agent. The agent does all of it: this provider says what it wants,
 * and believes what the agent reports. Where a session is was decided before it was asked for (`spec.agent`), so asking twice asks the same agent.
 */
export function processProvider(parts: ProcessProviderParts): Provider {
  return {
    name: 'process',
    capabilities: {
      settleMs: 30_000,
      checksHealth: true,
      runs: 'agent',
      inPool: true,
      atOnce: 200,
      placesFiles: true,
    },
    problems,
    cost: () => null,
    launch: (request) => launch(parts, request),
    start: (_kept, request) => launch(parts, request),
    find: async ({ key, sessionId, spec }) => {
      const { hosted } = heard(parts, agentOf(spec), sessionId);
      return hosted?.key === key ? handleOf(agentOf(spec), sessionId) : null;
    },
    inspect: (handle) => inspect(parts, placeOf(handle)),
    renew: async (handle, leaseMs) => {
      const { agent, sessionId } = placeOf(handle);
      parts.hosts.want(agent, { kind: 'renew', sessionId, leaseMs });
    },
    stop: async (handle) => {
      const { agent, sessionId } = placeOf(handle);
      const report = parts.hosts.report(agent, sessionId);
      if (isDone(report, STOPPED)) return 'done';
      parts.hosts.want(agent, { kind: 'stop', sessionId });
      return 'pending';
    },
    terminate: async (handle) => {
      const { agent, sessionId } = placeOf(handle);
      const report = parts.hosts.report(agent, sessionId);
      if (isDone(report, [])) return 'done';
      parts.hosts.want(agent, { kind: 'end', sessionId });
      return 'pending';
    },
    list: async (tag) =>
      parts.hosts
        .all()
        .flatMap(({ agentId, hosted }) => (hosted.tag === tag ? [found(agentId, hosted)] : [])),
  };
}

interface Place {
  readonly agent: string;
  readonly sessionId: string;
}

function handleOf(agent: string, sessionId: string): Handle {
  return { v: 1, data: { agent, session: sessionId } };
}

function placeOf({ data }: Handle): Place {
  return { agent: String(data['agent']), sessionId: String(data['session']) };
}

function agentOf({ agent }: SessionSpec): string {
  if (agent !== null) return agent;
  throw new ProviderError('config', 'no agent was chosen for it; create another session');
}

/** Wishes that only other providers can grant, and what to do instead. */
const UNKNOWN: readonly (readonly [string, (spec: SessionSpec) => boolean, string])[] = [
  ['image', ({ image }) => image !== null, 'is for containers and machines; leave it out'],
  ['size', ({ size }) => size !== null, 'is for machines; leave it out'],
  ['cpus', ({ cpus }) => cpus !== null, 'cannot be limited by this provider; leave it out'],
  ['memory', ({ memoryBytes }) => memoryBytes !== null, 'cannot be limited by this provider; leave it out'],
  ['volumes', ({ volumes }) => volumes.length > 0, 'are not needed: its folder is kept over stop and start'],
  ['options', ({ options }) => Object.keys(options).length > 0, 'must be empty for this provider'],
  [
    'ports',
    ({ ports }) => ports.some(({ bind }) => bind !== null),
    'must not name an address to bind: the command itself decides where it listens',
  ],
];

function problems(spec: SessionSpec): readonly SpecProblem[] {
  return UNKNOWN.flatMap(([field, wrong, message]) => (wrong(spec) ? [{ field, message }] : []));
}

const TAKEN_LOOK_MS = 20;
const TAKEN_MS = 8_000;

/** Comes back once the agent has taken the order: from then on the agent's own files say what there is. */
async function launch(parts: ProcessProviderParts, request: LaunchRequest): Promise<Handle> {
  const { hosts, clock } = parts;
  const { sessionId, key, tag, leaseMs, spec } = request;
  const agent = agentOf(spec);
  const until = clock.steady() + TAKEN_MS;
  const isTaken = (): boolean => {
    const report = hosts.report(agent, sessionId);
    return report?.hosted?.key === key && report.current;
  };
  if (isTaken()) return handleOf(agent, sessionId);
  hosts.want(agent, { kind: 'run', sessionId, key, tag, leaseMs, ports: spec.ports, health: spec.health });
  while (!isTaken()) {
    if (clock.steady() >= until) {
      hosts.withdraw(agent, sessionId);
      throw new ProviderError('transient', `the agent ${agent} does not take it; errand agent ls shows it`);
    }
    await clock.sleep(TAKEN_LOOK_MS);
  }
  return handleOf(agent, sessionId);
}

/** What an agent said not long ago; an agent that is silent says nothing about what lives there. */
function heard({ hosts, clock }: ProcessProviderParts, agent: string, sessionId: string): ReportedSession {
  const report = hosts.report(agent, sessionId);
  if (report !== null && clock.steady() - report.heardAt < SILENT_MS) return report;
  const since = report === null ? 'since the control plane started' : 'for more than a minute';
  throw new ProviderError('transient', `the agent ${agent} was not heard ${since}; is its machine on?`);
}

async function inspect(parts: ProcessProviderParts, { agent, sessionId }: Place): Promise<Observation> {
  const { hosted, current, heardAt } = heard(parts, agent, sessionId);
  if (!current) return { kind: 'pending', progress: null };
  return hosted === null
    ? { kind: 'gone' }
    : await SIGHTS[hosted.state](parts, agent, { ...hosted, heardAt });
}

type Heard = Hosted & Pick<ReportedSession, 'heardAt'>;
type Sight = (parts: ProcessProviderParts, agent: string, hosted: Heard) => Promise<Observation>;

const SIGHTS: { readonly [State in Hosted['state']]: Sight } = {
  making: async () => ({ kind: 'pending', progress: 'The agent makes its folder and starts its keeper.' }),
  running,
  stopping: over,
  kept: over,
  ending: over,
  ended: over,
};

async function over(_parts: ProcessProviderParts, _agent: string, { problem }: Hosted): Promise<Observation> {
  if (problem !== null) throw new ProviderError('config', problem);
  return { kind: 'ended', reason: { kind: 'machine_gone' } satisfies EndedBy };
}

async function running(
  { hosts, mains, placing, isHere }: ProcessProviderParts,
  agent: string,
  { sessionId, key, ports, health, cpuMs, heardAt }: Heard,
): Promise<Observation> {
  const progress = await placing.progress({ sessionId, key, agentId: agent, anew: false });
  if (progress !== null) return { kind: 'pending', progress };
  const pool = await hosts.poolOf(agent);
  const served = pool === null ? null : { id: agent, pool };
  const { end } = served === null ? { end: null } : await mains.ensure(sessionId, key, served);
  if (end !== null) return { kind: 'ended', reason: end };
  const host = isHere(agent) ? '127.0.0.1' : null;
  return {
    kind: 'running',
    ports: ports.map(({ port, outerPort }) => ({ port, host, outerPort })),
    health: health === null ? null : healthOf(health),
    use: { trafficAt: null, cpuMs, cpuSeenAt: heardAt, agent: served },
  };
}

const STOPPED: readonly Hosted['state'][] = ['kept'];

/** Only a word that came after every order counts: an earlier one may have crossed with the order to make it. */
function isDone(report: ReportedSession | null, states: readonly Hosted['state'][]): boolean {
  if (report === null || !report.current) return false;
  return report.hosted === null || states.includes(report.hosted.state);
}

function found(agentId: string, { sessionId, key, state, leaseLeftMs }: Hosted): Found {
  const kept = state === 'kept' || state === 'ended';
  return {
    handle: handleOf(agentId, sessionId),
    key,
    sessionId,
    state: kept ? 'kept' : 'running',
    leaseLeftMs: kept ? null : leaseLeftMs,
  };
}
