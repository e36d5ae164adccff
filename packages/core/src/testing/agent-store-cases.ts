import { expect, it } from 'vitest';
import type { JoinToken } from '../agent/record.ts';
import type { Store } from '../ports/store.ts';
import { anAgent, aPool, aRun, requested } from './builders.ts';

/** The contract of the agent store, sentence by sentence. */
export function agentStoreCases(open: () => Promise<Store>): void {
  it('keeps every field of an agent and replaces it by id', async () => {
    await using store = await open();
    const labels = { zone: "it's \u{1f30d}", 'odd "key"': '' };
    const life = {
      nextKeyId: 'key_2',
      fixedLabels: { gpu: 'a100' },
      maxSlots: 2,
      draining: true,
      revokedAt: 9,
    };
    const agent = anAgent({ labels, adminOnly: true, keyId: 'key_1', slots: 3, ...life });
    await store.agents.put(agent);
    expect(await store.agents.get(agent.id)).toEqual(agent);
    const other = {
      ...agent,
      version: 2,
      pool: 'gpu',
      labels: {},
      adminOnly: false,
      keyId: null,
      lastSeenAt: 7_000,
    };
    await store.agents.put(other);
    expect(await store.agents.get(agent.id)).toEqual(other);
    expect(await store.agents.get('agent_none')).toBeNull();
  });

  it('finds an agent by its key', async () => {
    await using store = await open();
    const agent = anAgent({ keyId: 'key_7' });
    await store.agents.put(agent);
    await store.agents.put(anAgent({ keyId: null }));
    expect(await store.agents.byKey('key_7')).toEqual(agent);
    expect(await store.agents.byKey('key_8')).toBeNull();
    await store.agents.put({ ...agent, nextKeyId: 'key_9' });
    expect(await store.agents.byKey('key_9')).toEqual({ ...agent, nextKeyId: 'key_9' });
    expect(await store.agents.byKey('key_7')).toEqual({ ...agent, nextKeyId: 'key_9' });
  });

  it('loses none of the changes that are made at once', async () => {
    await using store = await open();
    const agent = anAgent({ slots: 0 });
    await store.agents.put(agent);
    const more = (): Promise<unknown> =>
      store.agents.change(agent.id, (present) => ({ ...present, slots: present.slots + 1 }));
    await Promise.all([1, 2, 3, 4, 5].map(more));
    expect(await store.agents.get(agent.id)).toEqual({ ...agent, slots: 5 });
    expect(await store.agents.change(agent.id, () => null)).toEqual({ ...agent, slots: 5 });
    expect(await store.agents.change('agent_none', (present) => present)).toBeNull();
  });

  it('lists by name, all or those of a pool', async () => {
    await using store = await open();
    for (const [name, pool] of [
      ['b', 'x'],
      ['c', 'y'],
      ['a', 'x'],
    ] as const)
      await store.agents.put(anAgent({ name, pool }));
    const names = async (pool: string | null) => (await store.agents.list(pool)).map(({ name }) => name);
    expect(await names(null)).toEqual(['a', 'b', 'c']);
    expect(await names('x')).toEqual(['a', 'b']);
    expect(await names('none')).toEqual([]);
  });

  it('notes a call and never moves back', async () => {
    await using store = await open();
    const agent = anAgent({ lastSeenAt: 50 });
    await store.agents.put(agent);
    await store.agents.seen(agent.id, 40);
    expect(await store.agents.get(agent.id)).toEqual(agent);
    await store.agents.seen(agent.id, 60);
    expect(await store.agents.get(agent.id)).toEqual({ ...agent, lastSeenAt: 60 });
    await expect(store.agents.seen('agent_none', 5)).resolves.toBeUndefined();
  });

  it('removes an agent once', async () => {
    await using store = await open();
    const agent = anAgent();
    await store.agents.put(agent);
    expect(await store.agents.remove(agent.id)).toBe(true);
    expect(await store.agents.remove(agent.id)).toBe(false);
    expect(await store.agents.list(null)).toEqual([]);
  });

  it('adds a pool only where there is none of the name', async () => {
    await using store = await open();
    const launch = { provider: 'fake', size: 'small' };
    const pool = aPool({ adminOnly: true, paused: true, limit: 3, limitPerKey: 1, launch });
    expect(await store.agents.ensurePool(pool)).toEqual(pool);
    expect(await store.agents.ensurePool({ ...pool, adminOnly: false, lostAfterMs: 1 })).toEqual(pool);
    expect(await store.agents.pool('default')).toEqual(pool);
    expect(await store.agents.pool('none')).toBeNull();
    await store.agents.ensurePool(aPool({ name: 'a' }));
    expect((await store.agents.pools()).map(({ name }) => name).toSorted()).toEqual(['a', 'default']);
  });

  it('adds one pool when it is wanted several times at once', async () => {
    await using store = await open();
    const wanted = [1, 2, 3, 4].map((lostAfterMs) => aPool({ lostAfterMs }));
    const answers = await Promise.all(wanted.map((pool) => store.agents.ensurePool(pool)));
    expect(new Set(answers.map(({ lostAfterMs }) => lostAfterMs)).size).toBe(1);
    expect(await store.agents.pools()).toHaveLength(1);
  });

  it('removes a pool that nobody uses, with its tokens', async () => {
    await using store = await open();
    await store.agents.ensurePool(aPool());
    await store.agents.insertJoinToken({
      hash: 'h',
      pool: 'default',
      labels: {},
      maxSlots: null,
      createdAt: 1,
      expiresAt: 2,
    });
    const agent = anAgent();
    await store.agents.put(agent);
    await store.runs.insert(aRun(), null);
    const used = { kind: 'used', agents: 1, runs: 1 };
    expect(await store.agents.removePool('default')).toEqual(used);
    expect(await store.agents.pool('default')).toEqual(aPool());
    const [run] = await store.runs.list({}, { limit: 1, after: null });
    if (run === undefined) throw new Error('the run is gone');
    await store.runs.save(requested(run, { kind: 'cancel', signal: 'TERM', kill: false, now: 5 }));
    await store.agents.remove(agent.id);
    expect(await store.agents.removePool('default')).toEqual({ kind: 'removed' });
    expect(await store.agents.pools()).toEqual([]);
    expect(await store.agents.takeJoinToken('h')).toBeNull();
    expect(await store.agents.removePool('default')).toEqual({ kind: 'unknown' });
  });

  it('gives a join token to one of several concurrent takers', async () => {
    await using store = await open();
    const token: JoinToken = {
      hash: 'h',
      pool: 'default',
      labels: { gpu: 'a "100"' },
      maxSlots: 8,
      createdAt: 1,
      expiresAt: 2,
    };
    await store.agents.insertJoinToken(token);
    const taken = await Promise.all(Array.from({ length: 6 }, () => store.agents.takeJoinToken('h')));
    expect(taken.filter((answer) => answer !== null)).toEqual([token]);
    expect(await store.agents.takeJoinToken('none')).toBeNull();
  });
}
