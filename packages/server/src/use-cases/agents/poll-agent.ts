import type {
  AttemptName,
  CancelOrder,
  HeldAttempt,
  PollAnswer,
  PollRequest,
  WindowOrder,
} from '@errand/contract';
import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  DEFAULTS,
  ErrandError,
  type Notifier,
  observeRun,
  type RunRecord,
  type RunStore,
} from '@errand/core';
import { changeRun } from '../runs/change-run.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import { type LeaseParts, leaseOf } from './lease.ts';
import { AGENT_POLICY } from './policy.ts';

/** Notes of an agent's calls are written at most this often. */
const SEEN_EVERY_MS = 5_000;

export interface PollAgentParts extends LeaseParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'claim' | 'heldBy'>;
  readonly agents: Pick<AgentStore, 'get' | 'pool' | 'seen'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
  /** Takes what terminals of this agent's attempts were resized to since the last call. */
  readonly takeWindows: (agentId: string) => WindowOrder[];
}

/** Renews what the agent holds and answers as soon as there is something to tell it, at the latest after `waitMs`. */
export async function pollAgent(
  parts: PollAgentParts,
  request: PollRequest,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const agent = await parts.agents.get(request.agentId);
  if (agent === null)
    throw new ErrandError('unauthenticated', 'this agent is not known; let it join again with a new token');
  const now = parts.clock.now();
  if (now - agent.lastSeenAt >= SEEN_EVERY_MS) await parts.agents.seen(agent.id, now);
  await renewAll(parts, request.held);
  const longest = request.held.length > 0 ? AGENT_POLICY.pollHeldMs : AGENT_POLICY.pollIdleMs;
  const answer = await waitFor(parts, {
    topics: [topics.pool(agent.pool), topics.agent(agent.id)],
    look: () => newsFor(parts, agent, request),
    until: now + Math.min(request.waitMs, longest),
    signal,
  });
  return answer ?? { leases: [], cancels: [], superseded: [], windows: [] };
}

async function renewAll(parts: PollAgentParts, held: readonly AttemptName[]): Promise<void> {
  const now = parts.clock.now();
  const { leaseMs } = AGENT_POLICY;
  await Promise.all(
    held.map(({ runId, token }) =>
      changeRun(parts, runId, (run) => observeRun(run, { kind: 'renewed', token, leaseMs, now })),
    ),
  );
}

/** null: nothing to tell. */
async function newsFor(
  parts: PollAgentParts,
  agent: AgentRecord,
  request: PollRequest,
): Promise<PollAnswer | null> {
  const runs = await parts.runs.heldBy(agent.id);
  const held = new Map(request.held.map((each) => [each.runId, each]));
  const news: PollAnswer = {
    leases: [...(await given(parts, runs, held)), ...(await claimed(parts, agent, request.free))],
    cancels: runs.flatMap((run) => cancelOrder(run, held.get(run.id))),
    superseded: await supersededOf(parts, runs, request.held),
    windows: parts.takeWindows(agent.id),
  };
  return Object.values(news).some((list) => list.length > 0) ? news : null;
}

/** Leases whose answer was lost: the run is this agent's, but the agent does not know. */
async function given(parts: LeaseParts, runs: readonly RunRecord[], held: ReadonlyMap<string, HeldAttempt>) {
  const lost = runs.filter((run) => run.state === 'leased' && held.get(run.id)?.token !== run.token);
  return lost.map((run) => leaseOf(parts, run));
}

async function claimed(parts: PollAgentParts, agent: AgentRecord, free: number) {
  if (free === 0) return [];
  const pool = await parts.agents.pool(agent.pool);
  const lostAfterMs = pool?.lostAfterMs ?? DEFAULTS.lostAfterMs;
  const now = parts.clock.now();
  const fact = {
    kind: 'leased',
    agentId: agent.id,
    leaseMs: AGENT_POLICY.leaseMs,
    lostAfterMs,
    now,
  } as const;
  const query = { pool: agent.pool, agentId: agent.id, now, limit: free };
  const runs = await parts.runs.claim(query, (run) => {
    const step = observeRun(run, fact);
    return step.kind === 'next' ? step.run : null;
  });
  for (const run of runs) {
    parts.notifier.pulse(topics.run(run.id));
    parts.notifier.pulse(topics.runs, run.id);
  }
  return runs.map((run) => leaseOf(parts, run));
}

function cancelOrder(run: RunRecord, held: HeldAttempt | undefined): CancelOrder[] {
  if (run.cancel === null || held === undefined || held.token !== run.token) return [];
  const wanted = run.cancel.kill ? 'kill' : 'asked';
  if (held.cancel === 'kill' || held.cancel === wanted) return [];
  return [{ runId: run.id, token: run.token, signal: run.cancel.signal, kill: run.cancel.kill }];
}

/** Held attempts whose run has gone on with another, or is not known at all. A finished run may still be waiting for its true end. */
async function supersededOf(
  parts: PollAgentParts,
  runs: readonly RunRecord[],
  held: readonly HeldAttempt[],
): Promise<AttemptName[]> {
  const present = new Map(runs.map((run) => [run.id, run.token]));
  const doubtful = held.filter(({ runId, token }) => present.get(runId) !== token);
  const stale = await Promise.all(
    doubtful.map(async ({ runId, token }) =>
      (await parts.runs.get(runId))?.token === token ? [] : [{ runId, token }],
    ),
  );
  return stale.flat();
}
