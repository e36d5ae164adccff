import { expect, it } from 'vitest';
import type { InsertSession, SessionFilter } from '../ports/session-store.ts';
import type { Store } from '../ports/store.ts';
import type { SessionRecord } from '../session/record.ts';
import { SESSION_STATES } from '../vocabulary/session-state.ts';
import { aSession, aSessionSpec, readySession, sessionAfter } from './builders.ts';

const FREELY: InsertSession = { idempotency: null, quotas: [] };
const FIRST_PAGE = { limit: 100, after: null };

/** The contract of the session store, sentence by sentence. */
export function sessionStoreCases(open: () => Promise<Store>): void {
  it('keeps every field of a session', async () => {
    await using store = await open();
    const session = readySession(aSession({ name: "it's \u{1f30d}", tags: ['a', 'b'] }), 5_000);
    const inserted = { ...session, version: 1 };
    expect(await store.sessions.insert(inserted, FREELY)).toEqual({ kind: 'inserted' });
    expect(await store.sessions.get(session.id)).toEqual(inserted);
    expect(await store.sessions.get('ses_none')).toBeNull();
  });

  it('lists what is made for runs and not over, oldest first', async () => {
    await using store = await open();
    const of = (id: string) => ({ id, token: 1, pool: 'fresh' });
    const [own, late, early, ended] = [
      aSession(),
      aSession({ run: of('run_late'), createdAt: 9_000 }),
      aSession({ run: of('run_early'), createdAt: 8_000 }),
      aSession({ run: of('run_ended') }),
    ];
    for (const session of [own, late, early, ended])
      expect(await store.sessions.insert(session, FREELY)).toEqual({ kind: 'inserted' });
    await store.sessions.save(over(ended));
    expect(await store.sessions.forRuns()).toEqual([early, late]);
  });

  it('replaces only the version before', async () => {
    await using store = await open();
    const session = aSession();
    await store.sessions.insert(session, FREELY);
    const launching = sessionAfter(session, { kind: 'launching', now: 2_000 });
    expect(await store.sessions.save(launching)).toBe('saved');
    expect(await store.sessions.save(launching)).toBe('stale');
    expect(await store.sessions.save({ ...launching, version: 7 })).toBe('stale');
    expect(await store.sessions.get(session.id)).toEqual(launching);
  });

  it('lets one of several concurrent writers win', async () => {
    await using store = await open();
    const session = aSession();
    await store.sessions.insert(session, FREELY);
    const next = { ...session, version: 2 };
    const answers = await Promise.all([1, 2, 3, 4].map(() => store.sessions.save(next)));
    expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
  });

  it('gives a name to one session of an owner at a time', async () => {
    await using store = await open();
    const named = (change: Partial<SessionRecord>) =>
      store.sessions.insert(aSession({ name: 'web', ...change }), FREELY);
    const kinds = (await Promise.all([named({}), named({}), named({})])).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['inserted', 'name_taken', 'name_taken']);
    expect(await named({ owner: 'acme/user-2' })).toEqual({ kind: 'inserted' });
    const first = await store.sessions.byName('acme/user-1', 'web');
    expect(await store.sessions.byName('acme/user-3', 'web')).toBeNull();
    if (first === null) throw new Error('was inserted');
    await store.sessions.save(over(first));
    expect(await store.sessions.byName('acme/user-1', 'web')).toBeNull();
    expect(await named({})).toEqual({ kind: 'inserted' });
  });

  it('gives a subdomain to one session at a time', async () => {
    await using store = await open();
    const session = aSession({ subdomain: 'calm-otter' });
    await store.sessions.insert(session, FREELY);
    const other = aSession({ subdomain: 'calm-otter', owner: 'other' });
    expect(await store.sessions.insert(other, FREELY)).toEqual({ kind: 'subdomain_taken' });
    expect(await store.sessions.bySubdomain('calm-otter')).toEqual(session);
    expect(await store.sessions.bySubdomain('calm-badger')).toBeNull();
    await store.sessions.save(over(session));
    expect(await store.sessions.bySubdomain('calm-otter')).toBeNull();
    expect(await store.sessions.insert(other, FREELY)).toEqual({ kind: 'inserted' });
  });

  it('keeps to quotas, however many ask at once', async () => {
    await using store = await open();
    const quotas = [
      { ownerScope: 'acme/user-1', most: 2 },
      { ownerScope: 'acme', most: 3 },
    ];
    const ask = (owner: string) =>
      store.sessions.insert(aSession({ owner }), { idempotency: null, quotas: quotasOf(owner) });
    const quotasOf = (owner: string) => quotas.filter(({ ownerScope }) => owner.startsWith(ownerScope));
    const kinds = (await Promise.all(Array.from({ length: 5 }, () => ask('acme/user-1')))).map(
      ({ kind }) => kind,
    );
    expect(kinds.filter((kind) => kind === 'inserted')).toHaveLength(2);
    await store.sessions.insert(aSession({ owner: 'acme2' }), FREELY);
    expect((await ask('acme/user-2')).kind).toBe('inserted');
    expect(await ask('acme/user-2')).toEqual({ kind: 'over_quota', quota: quotas[1] });
    const [mine] = await store.sessions.list({ ownerScope: 'acme/user-1' }, FIRST_PAGE);
    if (mine === undefined) throw new Error('was inserted');
    await store.sessions.save(over(mine));
    expect((await ask('acme/user-2')).kind).toBe('inserted');
  });

  it('answers a repeat with the session made before, also when nothing else would be in the way', async () => {
    await using store = await open();
    const idempotency = { key: 'k', fingerprint: 'f' };
    const session = aSession({ name: 'web' });
    await store.sessions.insert(session, { idempotency, quotas: [] });
    const again = aSession({ name: 'web' });
    const repeated = { kind: 'repeated', sessionId: session.id, fingerprint: 'f' };
    const none = [{ ownerScope: 'acme', most: 0 }];
    expect(await store.sessions.insert(again, { idempotency, quotas: none })).toEqual(repeated);
    expect(await store.sessions.get(again.id)).toBeNull();
    const foreign = aSession({ createdBy: 'key_2' });
    expect(await store.sessions.insert(foreign, { idempotency, quotas: [] })).toEqual({ kind: 'inserted' });
  });

  it('finds what is due, earliest first, and nothing that waits for somebody', async () => {
    await using store = await open();
    const early = aSession({ createdAt: 1_000 });
    const late = aSession({ createdAt: 9_000 });
    const ready = readySession(aSession({ createdAt: 1_000 }), 5_000);
    const gone = over(aSession({ createdAt: 500 }));
    for (const session of [late, early, { ...ready, version: 1 }, { ...gone, version: 1 }])
      await store.sessions.insert(session, FREELY);
    const ids = async (now: number, limit = 10) => (await store.sessions.due(now, limit)).map(({ id }) => id);
    expect(await ids(900)).toEqual([]);
    expect(await ids(8_999)).toEqual([early.id]);
    expect(await ids(9_000)).toEqual([early.id, late.id]);
    expect(await ids(9_000, 1)).toEqual([early.id]);
    expect(await ids(5_000 + 60_000)).toEqual([early.id, late.id, ready.id]);
  });

  it('lists newest first, by owner scope, state, provider and name, page by page', async () => {
    await using store = await open();
    const spec = aSessionSpec({ provider: 'docker' });
    const sessions = [
      aSession({ owner: 'acme', createdAt: 1 }),
      aSession({ owner: 'acme/user-1', name: 'web', createdAt: 2 }),
      aSession({ owner: 'acme2', createdAt: 3, spec }),
      { ...over(aSession({ owner: 'acme/user-1', createdAt: 4 })), version: 1 },
    ];
    for (const session of sessions) await store.sessions.insert(session, FREELY);
    const places = async (filter: SessionFilter, page = FIRST_PAGE) =>
      (await store.sessions.list(filter, page)).map(({ id }) => sessions.findIndex((each) => each.id === id));
    expect(await places({})).toEqual([3, 2, 1, 0]);
    expect(await places({ ownerScope: 'acme' })).toEqual([3, 1, 0]);
    expect(await places({ ownerScope: 'acme', state: ['requested', 'ready'] })).toEqual([1, 0]);
    expect(await places({ provider: 'docker' })).toEqual([2]);
    expect(await places({ name: 'web' })).toEqual([1]);
    const [, second] = await store.sessions.list({}, { limit: 2, after: null });
    if (second === undefined) throw new Error('there are four');
    expect(await places({}, { limit: 2, after: second } as never)).toEqual([1, 0]);
  });

  it('counts by state', async () => {
    await using store = await open();
    await store.sessions.insert(aSession(), FREELY);
    await store.sessions.insert(aSession(), FREELY);
    await store.sessions.insert({ ...over(aSession()), version: 1 }, FREELY);
    expect(await store.sessions.count()).toEqual([
      { state: 'deleted', count: 1 },
      { state: 'requested', count: 2 },
    ]);
  });

  it('forgets only what is over', async () => {
    await using store = await open();
    const open1 = aSession();
    const old = { ...over(aSession(), 3_000), version: 1 };
    const older = { ...over(aSession(), 2_000), version: 1 };
    for (const session of [open1, old, older]) await store.sessions.insert(session, FREELY);
    const before = async (time: number) => (await store.sessions.overBefore(time, 10)).map(({ id }) => id);
    expect(await before(3_000)).toEqual([older.id]);
    expect(await before(3_001)).toEqual([older.id, old.id]);
    await store.sessions.remove([]);
    await store.sessions.remove([open1.id, older.id, 'ses_none']);
    expect(await before(9_000)).toEqual([old.id]);
    expect(await store.sessions.get(open1.id)).not.toBeNull();
  });

  it('has one tag for ever', async () => {
    await using store = await open();
    const tags = await Promise.all(['one', 'two'].map((fresh) => store.sessions.tag(fresh)));
    expect(new Set(tags).size).toBe(1);
    expect(await store.sessions.tag('three')).toBe(tags[0]);
  });

  it('takes every state of the vocabulary', async () => {
    await using store = await open();
    for (const state of SESSION_STATES)
      expect(await store.sessions.insert(aSession({ state }), FREELY)).toEqual({ kind: 'inserted' });
  });
}

function over(session: SessionRecord, now = 9_000): SessionRecord {
  return { ...session, state: 'deleted', desired: 'deleted', since: now, version: session.version + 1 };
}
