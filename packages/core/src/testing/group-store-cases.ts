import { expect, it } from 'vitest';
import type { Store } from '../ports/store.ts';
import { aGroup, aRun, finished, running } from './builders.ts';

const PAGE = { limit: 10, after: null };

/** The contract of the group store, sentence by sentence. */
export function groupStoreCases(open: () => Promise<Store>): void {
  it('keeps every field of a group, and its runs', async () => {
    await using store = await open();
    const group = aGroup({ name: 'it\'s "x"', labels: { zone: 'eu' }, atOnce: 2, maxFailures: 0 });
    const place = { id: group.id, atOnce: 2, maxFailures: 0 };
    const runs = [aRun({ group: place }), aRun({ group: place })];
    expect(await store.groups.insert(group, runs, null)).toEqual({ kind: 'inserted' });
    expect(await store.groups.get(group.id)).toEqual(group);
    expect(await store.groups.runs(group.id)).toEqual(runs);
    expect(await store.runs.get(runs[0]?.id ?? '')).toEqual(runs[0]);
    expect(await store.groups.get('group_none')).toBeNull();
    expect(await store.groups.runs('group_none')).toEqual([]);
  });

  it('adds one group for one idempotency key, with its runs once', async () => {
    await using store = await open();
    const idempotency = { key: 'k', fingerprint: 'f' };
    const groups = [1, 2, 3].map(() => aGroup());
    const answers = await Promise.all(
      groups.map((group) => {
        const run = aRun({ group: { id: group.id, atOnce: null, maxFailures: null } });
        return store.groups.insert(group, [run], idempotency);
      }),
    );
    expect(answers.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    const [stored] = await store.groups.list(null, PAGE);
    for (const answer of answers)
      if (answer.kind === 'repeated')
        expect(answer).toEqual({ kind: 'repeated', groupId: stored?.id, fingerprint: 'f' });
    expect(await store.runs.list({}, PAGE)).toHaveLength(1);
  });

  it('adds nothing where one of its runs cannot be added', async () => {
    await using store = await open();
    const [group, known] = [aGroup(), aRun()];
    await store.runs.insert(known, null);
    await expect(store.groups.insert(group, [aRun(), known], null)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await store.groups.get(group.id)).toBeNull();
    expect(await store.runs.list({}, PAGE)).toEqual([known]);
  });

  it('replaces the version before and no other', async () => {
    await using store = await open();
    const group = aGroup();
    await store.groups.insert(group, [], null);
    const next = {
      ...group,
      version: 2,
      cancel: { at: 5, signal: 'TERM', kill: false },
      open: false,
    } as const;
    expect(await store.groups.save({ ...next, version: 3 })).toBe('stale');
    expect(await store.groups.save(next)).toBe('saved');
    expect(await store.groups.save(next)).toBe('stale');
    expect(await store.groups.get(group.id)).toEqual(next);
    expect(await store.groups.open(PAGE)).toEqual([]);
  });

  it('lists the newest first, of an owner and everything below it', async () => {
    await using store = await open();
    const owners = ['acme', 'acme/user-1', 'acme2', 'acme/user-10', 'beta'];
    const groups = owners.map((owner, index) => aGroup({ owner, createdAt: index }));
    for (const group of groups) await store.groups.insert(group, [], null);
    const listed = async (scope: string | null, page = PAGE) =>
      (await store.groups.list(scope, page)).map(({ owner }) => owner);
    expect(await listed(null)).toEqual(owners.toReversed());
    expect(await listed('acme')).toEqual(['acme/user-10', 'acme/user-1', 'acme']);
    expect(await listed('acme/user-1')).toEqual(['acme/user-1']);
    const last = groups[3];
    const after = last === undefined ? null : { createdAt: last.createdAt, id: last.id };
    expect(await store.groups.list(null, { limit: 2, after })).toEqual([groups[2], groups[1]]);
    expect((await store.groups.open({ limit: 2, after: null })).map(({ owner }) => owner)).toEqual([
      'acme',
      'acme/user-1',
    ]);
    expect((await store.groups.open({ limit: 2, after })).map(({ owner }) => owner)).toEqual(['beta']);
  });

  it('counts its runs by status, and finds those in some states', async () => {
    await using store = await open();
    const group = aGroup();
    const place = { id: group.id, atOnce: null, maxFailures: null };
    const runs = [
      aRun({ group: place }),
      running(aRun({ group: place })),
      finished(aRun({ group: place }), 5_000, 3),
    ];
    await store.groups.insert(group, runs, null);
    await store.runs.insert(aRun(), null);
    const counts = (await store.groups.count(group.id)).map(({ status, count }) => `${status} ${count}`);
    expect(counts.toSorted()).toEqual(['failed 1', 'queued 1', 'running 1']);
    expect(await store.groups.runs(group.id, ['queued', 'running'])).toEqual(runs.slice(0, 2));
  });

  it('forgets old groups of which nothing is left', async () => {
    await using store = await open();
    const [gone, kept, young, alive] = [
      aGroup({ createdAt: 1, open: false }),
      aGroup({ createdAt: 1, open: false }),
      aGroup({ createdAt: 9, open: false }),
      aGroup({ createdAt: 1 }),
    ];
    for (const group of [gone, young, alive]) await store.groups.insert(group, [], null);
    const run = finished(aRun({ group: { id: kept.id, atOnce: null, maxFailures: null } }));
    await store.groups.insert(kept, [run], null);
    await store.groups.forget(9);
    expect(await store.groups.get(gone.id)).toBeNull();
    for (const group of [kept, young, alive]) expect(await store.groups.get(group.id)).toEqual(group);
    await store.runs.remove([run.id]);
    await store.groups.forget(9);
    expect(await store.groups.get(kept.id)).toBeNull();
  });
}
