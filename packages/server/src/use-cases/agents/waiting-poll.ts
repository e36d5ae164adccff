import type {
  AttemptName,
  CancelOrder,
  FileOrder,
  HeldAttempt,
  Lease,
  PollAnswer,
  PollRequest,
  WindowOrder,
} from '@errand/contract';
import {
  type Clock,
  type Notifier,
  observeRun,
  type RunRecord,
  type RunStore,
  type ScriptStore,
  type SessionStore,
} from '@errand/core';
import { announce, changeRun } from '../runs/change-run.ts';
import { topics } from '../topics.ts';
import type { AgentMemory, Poller } from './agent-memory.ts';
import { type LeaseParts, leaseOf, withPlaces, withSources } from './lease.ts';
import type { Offers } from './offers.ts';
import { AGENT_POLICY } from './policy.ts';

export interface PollAgentParts extends LeaseParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release' | 'claim' | 'heldBy'>;
  readonly scripts: Pick<ScriptStore, 'module'>;
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly memory: Pick<AgentMemory, 'poller' | 'takeOrdersDue' | 'lookAgainMs'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly offers: Pick<Offers, 'put'>;
  /** Should the agent be told to ask for orders for sessions? */
  readonly sessionOrders: (agentId: string) => boolean;
  /** What it is to do with files now. */
  readonly filesDue: (agentId: string) => readonly FileOrder[];
  /** Takes what terminals of this agent's attempts were resized to since the last call. */
  readonly takeWindows: (agentId: string) => WindowOrder[];
}

export const NOTHING: PollAnswer = { leases: [], cancels: [], superseded: [], windows: [] };

/** One poll while it waits: looks only at what a pulse spoke of, and takes runs that submissions hand to it. */
export class WaitingPoll {
  readonly #parts: PollAgentParts;
  readonly #request: PollRequest;
  readonly #poller: Poller;
  readonly #handed: RunRecord[] = [];
  #withdraw: (() => void) | null = null;
  #looked = false;
  #over = false;

  constructor(parts: PollAgentParts, request: PollRequest, poller: Poller) {
    this.#parts = parts;
    this.#request = request;
    this.#poller = poller;
  }

  /** null: nothing to tell. */
  async look(pulsed: ReadonlySet<string> | null): Promise<PollAnswer | null> {
    const { agent } = this.#poller;
    const orders = this.#ordersDue(pulsed) ? await this.#orders() : NOTHING;
    const claimed = pulsed === null || pulsed.has(topics.pool(agent.pool)) ? await this.#claim() : [];
    const handed = this.#handed.splice(0).map((run) => leaseOf(this.#parts, run));
    const known = uniqueLeases([...orders.leases, ...claimed, ...handed]);
    const placed = await withPlaces(this.#parts, known);
    const leases = await withSources(this.#parts, placed, this.#request.modules);
    const news: PollAnswer = { ...orders, leases };
    const files = this.#parts.filesDue(agent.id);
    const sessionOrders = this.#parts.sessionOrders(agent.id);
    if (sessionOrders || files.length > 0)
      return { ...news, ...(sessionOrders ? { sessionOrders } : {}), ...(files.length > 0 ? { files } : {}) };
    if (hasNews(news)) return news;
    this.#offer();
    return null;
  }

  /** A poll that just began asks the memory of its agent; one that has waited a while looks in any case. */
  #ordersDue(pulsed: ReadonlySet<string> | null): boolean {
    const { agent } = this.#poller;
    const begins = !this.#looked;
    this.#looked = true;
    const due = this.#parts.memory.takeOrdersDue(agent.id);
    return due || (pulsed === null ? !begins : pulsed.has(topics.agent(agent.id)));
  }

  /** The poll is being answered: it takes no more runs. */
  end(): void {
    this.#over = true;
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
    const query = { pool: agent.pool, agentId: agent.id, labels: agent.labels, now, limit: free };
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
      labels: agent.labels,
      leaseMs: AGENT_POLICY.leaseMs,
      lostAfterMs,
      free,
      deliver: (run) => {
        this.#handed.push(run);
        // A poll that is over leaves it to the next one, which finds the lease among those that the agent does not know.
        this.#parts.notifier.pulse(this.#over ? topics.agent(agent.id) : topics.handed(agent.id));
      },
    });
  }
}

function hasNews({ leases, cancels, superseded, windows }: PollAnswer): boolean {
  return [leases, cancels, superseded, windows].some((list) => list.length > 0);
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
