import { newAgent, newPool, type SessionSpec, type Store } from '@errand/core';
import { type FakeClock, fakeClock } from '@errand/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { LOCAL_ACTOR } from '../actor.ts';
import { withHost } from './session-host.ts';
import { SessionHosts } from './session-hosts.ts';

let clock: FakeClock;
let store: Store;
let hosts: SessionHosts;
let notifier: LocalNotifier;
beforeEach(async () => {
  clock = fakeClock();
  store = await openSqliteStore({ database: ':memory:', defer: (commit) => queueMicrotask(commit) });
  notifier = new LocalNotifier();
  hosts = new SessionHosts({ clock, notifier, epoch: 'test' });
  await store.agents.ensurePool(newPool({ name: 'lab', createdAt: clock.now(), adminOnly: false }));
});
afterEach(() => store[Symbol.asyncDispose]());

async function agent(id: string, more: object = {}): Promise<void> {
  await store.agents.put(newAgent({ id, name: id, pool: 'lab', createdAt: clock.now(), ...more }));
}

async function hostOf(waitMs: number, more: Partial<SessionSpec> = {}): Promise<string | null> {
  const providers = new Map([['process', { capabilities: { inPool: true } as never }]]);
  const spec = { provider: 'process', pool: 'lab', agent: null, ...more } as SessionSpec;
  const parts = { agents: store.agents, hosts, providers, clock, notifier };
  return (await withHost(parts, LOCAL_ACTOR, spec, { waitMs })).agent;
}

describe('the agent that hosts a session', () => {
  it('is waited for while it has joined but not presented itself', async () => {
    await agent('one');
    const host = hostOf(5_000);
    await clock.advance(0);
    await clock.advance(1_500);
    hosts.present('one', true);
    expect(await host).toBe('one');
  });

  it('is refused when the time is up, and not waited for at all where nobody is expected', async () => {
    await agent('one');
    const late = expect(hostOf(5_000)).rejects.toThrow('cannot make it now');
    await clock.advance(0);
    await clock.advance(5_000);
    await late;
    await clock.advance(60_000);
    await expect(hostOf(5_000)).rejects.toThrow('cannot make it now');
    expect(clock.sleeping).toBe(0);
  });

  it('is not one that cannot host sessions, is draining or was revoked', async () => {
    await agent('mac');
    hosts.present('mac', false);
    await agent('draining', { draining: true });
    await agent('revoked', { revokedAt: 1 });
    for (const id of ['draining', 'revoked']) hosts.present(id, true);
    await expect(hostOf(5_000)).rejects.toThrow('cannot make it now');
  });

  it('is the one that is named, and else the least busy', async () => {
    for (const id of ['one', 'two']) {
      await agent(id);
      hosts.present(id, true);
    }
    hosts.heard('one', null, [{ sessionId: 'ses_1' } as never]);
    expect(await hostOf(0)).toBe('two');
    expect(await hostOf(0, { agent: 'one' })).toBe('one');
    await expect(hostOf(0, { agent: 'three' })).rejects.toThrow('no agent three');
  });
});
