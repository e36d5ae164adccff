import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  DEFAULTS,
  ErrandError,
  type Notifier,
} from '@errand/core';
import { topics } from '../topics.ts';

/** How old a remembered record may be, and how long orders may go unlooked for while no pulse speaks of any. */
const FRESH_MS = 1_000;
/** Notes of an agent's calls are written at most this often. */
const SEEN_EVERY_MS = 5_000;

/** Some hundred looks a second at most, of all agents together. */
const LOOK_MS_PER_AGENT = 4;
const LOOK_FIRST_MS = 1_000;
const LOOK_LAST_MS = 10_000;

/** The agent behind a poll. */
export interface Poller {
  readonly agent: AgentRecord;
  /** Of its pool. */
  readonly lostAfterMs: number;
}

export interface AgentMemoryParts {
  readonly agents: Pick<AgentStore, 'get' | 'pool' | 'seen'>;
  readonly notifier: Notifier;
  readonly clock: Pick<Clock, 'now'>;
}

interface Remembered {
  readonly poller: Poller;
  readonly readAt: number;
  ordersLookedAt: number;
  ordersDue: boolean;
  readonly forget: () => void;
}

/**
 * What the polls of a busy agent would ask the store again and again. Only a memory of a second: the store is the truth, and who polls more
 * slowly than that never meets it.
 */
export class AgentMemory {
  readonly #parts: AgentMemoryParts;
  readonly #byId = new Map<string, Remembered>();

  constructor(parts: AgentMemoryParts) {
    this.#parts = parts;
  }

  /** The agent and its pool; notes that it called. Throws `unauthenticated` for an unknown one. */
  async poller(agentId: string): Promise<Poller> {
    const now = this.#parts.clock.now();
    const known = this.#byId.get(agentId);
    if (known !== undefined && Math.abs(now - known.readAt) < FRESH_MS) return known.poller;
    const poller = await this.#read(agentId, now);
    // Also what another call has read meanwhile.
    this.#forget(agentId);
    const notifier = this.#parts.notifier;
    const orders = notifier.subscribe(topics.agent(agentId), () => {
      const remembered = this.#byId.get(agentId);
      if (remembered !== undefined) remembered.ordersDue = true;
    });
    const life = notifier.subscribe(topics.agentLife(agentId), () => this.#forget(agentId));
    const forget = (): void => {
      orders();
      life();
    };
    this.#byId.set(agentId, { poller, readAt: now, ordersLookedAt: 0, ordersDue: true, forget });
    return poller;
  }

  /**
   * How long a waiting poll may rely on pulses, of which few are ever lost. Each look costs two queries: thousands of agents that looked every
   * second would leave no time for anything else.
   */
  lookAgainMs(): number {
    return Math.min(LOOK_LAST_MS, Math.max(LOOK_FIRST_MS, this.#byId.size * LOOK_MS_PER_AGENT));
  }

  /** Should a poll that begins look for orders at once? True after a pulse that no poll has followed up, and from time to time. */
  takeOrdersDue(agentId: string): boolean {
    const known = this.#byId.get(agentId);
    const now = this.#parts.clock.now();
    if (known === undefined) return true;
    if (!known.ordersDue && Math.abs(now - known.ordersLookedAt) < FRESH_MS) return false;
    known.ordersDue = false;
    known.ordersLookedAt = now;
    return true;
  }

  #forget(agentId: string): void {
    this.#byId.get(agentId)?.forget();
    this.#byId.delete(agentId);
  }

  async #read(agentId: string, now: number): Promise<Poller> {
    const { agents } = this.#parts;
    const agent = await agents.get(agentId);
    if (agent === null) {
      throw new ErrandError('unauthenticated', 'this agent is not known; let it join again with a new token');
    }
    // A note that cannot be written, on a full disk for instance, keeps no cancel from its agent.
    if (now - agent.lastSeenAt >= SEEN_EVERY_MS) await agents.seen(agentId, now).catch(() => undefined);
    const pool = await agents.pool(agent.pool);
    return { agent, lostAfterMs: pool?.lostAfterMs ?? DEFAULTS.lostAfterMs };
  }
}
