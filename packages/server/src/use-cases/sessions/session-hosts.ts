import type { HostedSession, SessionOrder } from '@errand/contract';
import type { Clock, Notifier } from '@errand/core';
import { topics } from '../topics.ts';

type Unnumbered<Order> = Order extends SessionOrder ? Omit<Order, 'id'> : never;
/** What an agent shall do with a session. */
export type SessionWish = Unnumbered<SessionOrder>;

/** What an agent has said last of one session. `current`: it had begun to carry out every order for this session by then. */
export interface HostReport {
  readonly hosted: HostedSession | null;
  readonly current: boolean;
  readonly heardAt: number;
}

interface Host {
  /** Can it make sessions? null: it has not presented itself since this control plane started. */
  able: boolean | null;
  /** Steady ms; 0: not since this control plane started. */
  heardAt: number;
  sessions: ReadonlyMap<string, HostedSession>;
  /** The newest order for each session, and a renewal. */
  readonly orders: Map<string, SessionOrder>;
  /** Number of the last order it had begun to carry out. */
  done: number;
  /** Number of the last order for each session. */
  readonly last: Map<string, number>;
  asking: number;
}

/**
 * Which agents host which sessions: what they said last, and what they are to be told. Kept in memory: the provider repeats every wish
 * until a report shows it done, and an agent says all it has with each call.
 */
export class SessionHosts {
  readonly #clock: Clock;
  readonly #notifier: Pick<Notifier, 'pulse'>;
  readonly #hosts = new Map<string, Host>();
  /** Tells the orders of this start of the control plane from those of the one before. */
  readonly #epoch: string;
  #count = 0;

  constructor(parts: {
    readonly clock: Clock;
    readonly notifier: Pick<Notifier, 'pulse'>;
    readonly epoch: string;
  }) {
    this.#clock = parts.clock;
    this.#notifier = parts.notifier;
    this.#epoch = parts.epoch;
  }

  /** An agent presented itself. */
  present(agentId: string, able: boolean): void {
    this.#host(agentId).able = able;
    this.#notifier.pulse(topics.hosts);
  }

  /** Has it presented itself since this control plane started? */
  isKnown(agentId: string): boolean {
    return (this.#hosts.get(agentId)?.able ?? null) !== null;
  }

  /** Can it make sessions? */
  isAble(agentId: string): boolean {
    return this.#hosts.get(agentId)?.able === true;
  }

  /** Should the agent be told to ask for orders? Not while it is asking. */
  waitFor(agentId: string): boolean {
    const host = this.#hosts.get(agentId);
    return host !== undefined && host.orders.size > 0 && host.asking === 0;
  }

  /** Wants something of a session; a later wish takes the place of the one before, a renewal only that of a renewal. */
  want(agentId: string, wish: SessionWish): void {
    const host = this.#host(agentId);
    const pending = host.orders.get(wish.kind === 'renew' ? `renew ${wish.sessionId}` : wish.sessionId);
    if (pending !== undefined && wish.kind !== 'renew' && isSameWish(pending, wish)) return;
    this.#count += 1;
    const order = { ...wish, id: `${this.#epoch}-${this.#count}` } as SessionOrder;
    if (wish.kind === 'renew') host.orders.set(`renew ${wish.sessionId}`, order);
    else {
      host.orders.set(wish.sessionId, order);
      host.orders.delete(`renew ${wish.sessionId}`);
      host.last.set(wish.sessionId, this.#count);
    }
    this.#notifier.pulse(topics.agent(agentId));
    this.#notifier.pulse(topics.sessionOrders(agentId));
  }

  /** Takes back what was not taken yet. It may be on its way all the same. */
  withdraw(agentId: string, sessionId: string): void {
    this.#hosts.get(agentId)?.orders.delete(sessionId);
  }

  /** What the agent said last; null: nothing since this control plane started. */
  report(agentId: string, sessionId: string): HostReport | null {
    const host = this.#hosts.get(agentId);
    if (host === undefined || host.heardAt === 0) return null;
    const current = (host.last.get(sessionId) ?? 0) <= host.done;
    return { hosted: host.sessions.get(sessionId) ?? null, current, heardAt: host.heardAt };
  }

  /** Every session that an agent of this control plane has said it has, by agent. */
  all(): readonly { readonly agentId: string; readonly hosted: HostedSession }[] {
    return [...this.#hosts].flatMap(([agentId, { sessions }]) =>
      [...sessions.values()].map((hosted) => ({ agentId, hosted })),
    );
  }

  /** An agent says what it has. What changed wakes the reconciler. */
  heard(agentId: string, done: string | null, sessions: readonly HostedSession[]): void {
    const host = this.#host(agentId);
    host.heardAt = this.#clock.steady();
    host.able = true;
    const before = host.sessions;
    host.sessions = new Map(sessions.map((session) => [session.sessionId, session]));
    host.done = this.#numberOf(done);
    for (const [key, { id }] of host.orders) if (this.#numberOf(id) <= host.done) host.orders.delete(key);
    for (const id of new Set([...before.keys(), ...host.sessions.keys()])) {
      if (sightOf(before.get(id)) !== sightOf(host.sessions.get(id)))
        this.#notifier.pulse(topics.sessions, id);
    }
  }

  /** What the agent has not begun to carry out, in order. */
  orders(agentId: string): readonly SessionOrder[] {
    const orders = [...(this.#hosts.get(agentId)?.orders.values() ?? [])];
    return orders.sort((a, b) => this.#numberOf(a.id) - this.#numberOf(b.id));
  }

  /** The agent is gone for good. */
  forget(agentId: string): void {
    this.#hosts.delete(agentId);
  }

  /** While an agent waits for orders it need not be told to ask. */
  async asking<Answer>(agentId: string, ask: () => Promise<Answer>): Promise<Answer> {
    const host = this.#host(agentId);
    host.asking += 1;
    try {
      return await ask();
    } finally {
      host.asking -= 1;
    }
  }

  /** 0 for orders of another start: all of them came before. */
  #numberOf(id: string | null): number {
    if (id === null || !id.startsWith(`${this.#epoch}-`)) return 0;
    return Number(id.slice(this.#epoch.length + 1)) || 0;
  }

  #host(agentId: string): Host {
    const known = this.#hosts.get(agentId);
    if (known !== undefined) return known;
    const host: Host = {
      able: null,
      heardAt: 0,
      sessions: new Map(),
      orders: new Map(),
      done: 0,
      last: new Map(),
      asking: 0,
    };
    this.#hosts.set(agentId, host);
    return host;
  }
}

function isSameWish(order: SessionOrder, wish: SessionWish): boolean {
  if (order.kind !== wish.kind) return false;
  return order.kind !== 'run' || wish.kind !== 'run' || order.key === wish.key;
}

/** What of a report may move a session on. */
function sightOf(hosted: HostedSession | undefined): string {
  if (hosted === undefined) return '';
  const { state, key, problem, health, ports } = hosted;
  return JSON.stringify([state, key, problem, health?.ok, health?.failed, ports]);
}
