import type { Handle } from '@errand/core';
import { aSessionSpec, type FakeClock, fakeClock, runProviderSuite } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import type { Hosted, HostWish, ProcessHosts } from './hosts.ts';
import { processProvider } from './provider.ts';

/** An agent in memory: takes its orders when time passes, as the real one does with its next call. `e2e` runs the suite with a real one. */
class AgentInMemory implements ProcessHosts {
  readonly clock: FakeClock;
  readonly sessions = new Map<string, { hosted: Hosted; until: number }>();
  #orders: HostWish[] = [];
  #heardAt = 0;
  away = false;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  want(_agentId: string, wish: HostWish): void {
    this.#orders.push(wish);
    void this.clock.sleep(10).then(() => this.call());
  }

  withdraw(_agentId: string, sessionId: string): void {
    this.#orders = this.#orders.filter((order) => order.sessionId !== sessionId);
  }

  report(_agentId: string, sessionId: string) {
    const current = !this.#orders.some((order) => order.sessionId === sessionId);
    const hosted = this.sessions.get(sessionId)?.hosted ?? null;
    return { hosted, current, heardAt: this.#heardAt };
  }

  all() {
    return [...this.sessions.values()].map(({ hosted }) => ({ agentId: 'agent_1', hosted }));
  }

  poolOf(): Promise<string> {
    return Promise.resolve('lab');
  }

  /** Says what it has, and carries out what it is told. */
  call(): void {
    if (this.away) return;
    const now = this.clock.steady();
    for (const session of this.sessions.values()) {
      const { state } = session.hosted;
      const over = state === 'running' && session.until <= now;
      session.hosted = { ...session.hosted, leaseLeftMs: session.until - now, state: over ? 'ended' : state };
    }
    for (const order of this.#orders) this.#carryOut(order, now);
    this.#orders = [];
    this.#heardAt = now + 1;
  }

  #carryOut(order: HostWish, now: number): void {
    const known = this.sessions.get(order.sessionId);
    if (order.kind === 'run') {
      const { sessionId, tag, key, leaseMs } = order;
      const hosted = { sessionId, tag, key, leaseLeftMs: leaseMs, ports: [], health: null, cpuMs: 0 };
      const running = { ...hosted, state: 'running', problem: null } as const;
      this.sessions.set(sessionId, { hosted: running, until: now + leaseMs });
    }
    if (known === undefined) return;
    if (order.kind === 'renew') known.until = now + order.leaseMs;
    if (order.kind === 'stop') known.hosted = { ...known.hosted, state: 'kept' };
    if (order.kind === 'end') this.sessions.delete(order.sessionId);
  }
}

const spec = aSessionSpec({ provider: 'process', pool: 'lab', agent: 'agent_1' });

function open() {
  const clock = fakeClock();
  const agent = new AgentInMemory(clock);
  agent.call();
  const real = processProvider({
    hosts: agent,
    placing: { progress: async () => null },
    mains: { ensure: async () => ({ end: null }) },
    clock,
    isHere: () => true,
  });
  return { clock, agent, provider: real };
}

runProviderSuite('process', async () => {
  const { clock, agent, provider } = open();
  // Its calls wait for the agent, so time passes by itself while one is under way.
  const ticking = setInterval(() => void clock.advance(10), 1);
  return {
    provider,
    spec,
    wrong: { spec: { ...spec, image: 'debian' }, field: 'image' },
    pause: async () => {
      agent.call();
      await clock.advance(1_000);
      agent.call();
    },
    kill: async ({ data }: Handle) => {
      const session = agent.sessions.get(String(data['session']));
      if (session !== undefined) session.hosted = { ...session.hosted, state: 'ended' };
    },
    deadMan: { leaseMs: 10_000, pauses: 20 },
    [Symbol.asyncDispose]: async () => clearInterval(ticking),
  };
});

describe('an agent that is away', () => {
  const request = { key: 'ses_1-1', sessionId: 'ses_1', tag: 't', owner: 'o', subdomain: 's', env: {}, spec };

  it('takes nothing, and what it was asked for is taken back', async () => {
    const { clock, agent, provider } = open();
    agent.away = true;
    const launching = expect(provider.launch({ ...request, leaseMs: 60_000 })).rejects.toMatchObject({
      kind: 'transient',
    });
    await clock.advance(9_000);
    await launching;
    agent.away = false;
    agent.call();
    expect(agent.sessions.size).toBe(0);
  });

  it('is believed nothing gone on its silence', async () => {
    const { clock, agent, provider } = open();
    const launching = provider.launch({ ...request, leaseMs: 60_000 });
    await clock.advance(100);
    const handle = await launching;
    agent.away = true;
    await clock.advance(100_000);
    await expect(provider.inspect(handle)).rejects.toMatchObject({ kind: 'transient' });
    expect(await provider.terminate(handle)).toBe('pending');
    await clock.advance(100_000);
    expect(await provider.terminate(handle)).toBe('pending');
    agent.away = false;
    await clock.advance(1_000);
    agent.call();
    expect(await provider.terminate(handle)).toBe('done');
  });
});
