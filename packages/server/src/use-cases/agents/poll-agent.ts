import type {
  AttemptName,
  CancelOrder,
  HeldAttempt,
  Lease,
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
import { announce, changeRun } from '../runs/change-run.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import { type LeaseParts, leaseOf } from './lease.ts';
import type { Offers } from './offers.ts';
import { AGENT_POLICY } from './policy.ts';

/** Notes of an agent's calls are written at most this often. */
const SEEN_EVERY_MS = 5_000;

export interface PollAgentParts extends LeaseParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'claim' | 'heldBy'>;
  readonly agents: Pick<AgentStore, 'get' | 'pool' | 'seen'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly offers: Pick<Offers, 'put'>;
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
  // A note that cannot be written, on a full disk for instance, keeps no cancel from its agent.
  if (now - agent.lastSeenAt >= SEEN_EVERY_MS) await parts.agents.seen(agent.id, now).catch(() => undefined);
  const pool = await parts.agents.pool(agent.pool);
  const waiting = new WaitingPoll(parts, request, {
    agent,
    lostAfterMs: pool?.lostAfterMs ?? DEFAULTS.lostAfterMs,
  });
  const longest = request.held.length > 0 ? AGENT_POLICY.pollHeldMs : AGENT_POLICY.pollIdleMs;
  try {
    const answer = await waitFor(parts, {
      topics: [topics.pool(agent.pool), topics.agent(agent.id), topics.handed(agent.id)],
      look: (pulsed) => waiting.look(pulsed),
      until: now + Math.min(request.waitMs, longest),
      signal,
    });
    return answer ?? NOTHING;
  } finally {
    waiting.withdraw();
  }
}

const NOTHING: PollAnswer = { leases: [], cancels: [], superseded: [], windows: [] };

interface Poller {
  readonly agent: AgentRecord;
  readonly lostAfterMs: number;
}

/** One poll while it waits: looks only at what a pulse spoke of, and takes runs that submissions hand to it. */
class WaitingPoll {
  readonly #parts: PollAgentParts;
  readonly #request: PollRequest;
  readonly #poller: Poller;
  readonly #handed: RunRecord[] = [];
  #withdraw: (() => void) | null = null;

  constructor(parts: PollAgentParts, request: PollRequest, poller: Poller) {
    this.#parts = parts;
    this.#request = request;
    this.#poller = poller;
  }

  /** null: nothing to tell. */
  async look(pulsed: ReadonlySet<string> | null): Promise<PollAnswer | null> {
    const { agent } = this.#poller;
    const orders = pulsed === null || pulsed.has(topics.agent(agent.id)) ? await this.#orders() : NOTHING;
    const claimed = pulsed === null || pulsed.has(topics.pool(agent.pool)) ? await this.#claim() : [];
    const handed = this.#handed.splice(0).map((run) => leaseOf(this.#parts, run));
    const leases = uniqueLeases([...orders.leases, ...claimed, ...handed]);
    const news: PollAnswer = { ...orders, leases };
    if (Object.values(news).some((list) => list.length > 0)) return news;
    this.#offer();
    return null;
  }

  withdraw(): void {
    this.#withdraw?.();
  }

  async #orders(): Promise<PollAnswer> {
    const { agent } = this.#poller;
    const { held: all } = this.#request;
    const runs = await this.#parts.runs.heldBy(agent.id);
    const held = new Map(all.map((each) => [each.runId, each]));
    await Promise.all(runs.map((run) => this.#renew(run, held.get(run.id))));
    // Leases whose answer was lost: the run is this agent's, but the agent does not know.
    const lost = runs.filter((run) => run.state === 'leased' && held.get(run.id)?.token !== run.token);
    return {
      leases: lost.map((run) => leaseOf(this.#parts, run)),
      cancels: runs.flatMap((run) => cancelOrder(run, held.get(run.id))),
      superseded: await supersededOf(this.#parts, runs, all),
      windows: this.#parts.takeWindows(agent.id),
    };
  }

  /** Writes only when half of the lease is used up. */
  async #renew(run: RunRecord, held: HeldAttempt | undefined): Promise<void> {
    if (held === undefined) return;
    const { leaseMs } = AGENT_POLICY;
    const fact = { kind: 'renewed', token: held.token, leaseMs, now: this.#parts.clock.now() } as const;
    if (observeRun(run, fact).kind === 'next') {
      await changeRun(this.#parts, run.id, (present) => observeRun(present, fact));
    }
  }

  async #claim(): Promise<Lease[]> {
    const { free } = this.#request;
    if (free === 0) return [];
    const { agent, lostAfterMs } = this.#poller;
    const now = this.#parts.clock.now();
    const fact = {
      kind: 'leased',
      agentId: agent.id,
      leaseMs: AGENT_POLICY.leaseMs,
      lostAfterMs,
      now,
    } as const;
    const query = { pool: agent.pool, agentId: agent.id, now, limit: free };
    const runs = await this.#parts.runs.claim(query, (run) => {
      const step = observeRun(run, fact);
      return step.kind === 'next' ? step.run : null;
    });
    for (const run of runs) announce(this.#parts.notifier, { kind: 'next', run, actions: [] });
    return runs.map((run) => leaseOf(this.#parts, run));
  }

  /** The queue was empty just now, so the next submission may come straight to this poll. */
  #offer(): void {
    const { free } = this.#request;
    if (free === 0 || this.#withdraw !== null) return;
    const { agent, lostAfterMs } = this.#poller;
    this.#withdraw = this.#parts.offers.put({
      agentId: agent.id,
      pool: agent.pool,
      leaseMs: AGENT_POLICY.leaseMs,
      lostAfterMs,
      free,
      deliver: (run) => {
        this.#handed.push(run);
        this.#parts.notifier.pulse(topics.handed(agent.id));
      },
    });
  }
}

/** A run that was handed over may be found among the held at the same look. */
function uniqueLeases(leases: readonly Lease[]): Lease[] {
  return [...new Map(leases.map((lease) => [lease.runId, lease])).values()];
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
