import { describe, expect, it } from 'vitest';
import type { Store } from '../ports/store.ts';
import type { RunRecord } from '../run/record.ts';
import { aRun, aSpec, finished, leased, observed, running } from './builders.ts';
import { claimCases } from './claim-cases.ts';
import { gateCases } from './gate-cases.ts';
import { listCases } from './list-cases.ts';

/** The contract of the run store, sentence by sentence. */
export function runStoreCases(open: () => Promise<Store>): void {
  describe('insert', () => insertCases(open));
  describe('save', () => saveCases(open));
  describe('results', () => resultCases(open));
  describe('claim', () => claimCases(open));
  describe('claim through gates', () => gateCases(open));
  describe('list', () => listCases(open));
  describe('find', () => findCases(open));
  describe('remove', () => removeCases(open));
}

function resultCases(open: () => Promise<Store>): void {
  it('stores the result of the latest attempt with the record that ends it', async () => {
    await using store = await open();
    const run = aRun();
    await store.runs.insert(run, null);
    expect(await store.runs.result(run.id)).toBeNull();
    const first = { token: 1, json: '{"text":"\\u0000 \u{1f30d}"}' };
    expect(await store.runs.save({ ...run, version: 2 }, first)).toBe('saved');
    expect(await store.runs.result(run.id)).toEqual(first);
    const second = { token: 2, json: '[]' };
    expect(await store.runs.save({ ...run, version: 3 }, second)).toBe('saved');
    expect(await store.runs.save({ ...run, version: 4 })).toBe('saved');
    expect(await store.runs.result(run.id)).toEqual(second);
  });

  it('stores no result with a record that is stale', async () => {
    await using store = await open();
    const run = aRun();
    await store.runs.insert(run, null);
    expect(await store.runs.save({ ...run, version: 7 }, { token: 1, json: '1' })).toBe('stale');
    expect(await store.runs.result(run.id)).toBeNull();
  });

  it('forgets a result with its run, and no other', async () => {
    await using store = await open();
    const [gone, kept] = [finished(aRun()), aRun()];
    for (const run of [gone, kept]) {
      await store.runs.insert(run, null);
      await store.runs.save({ ...run, version: run.version + 1 }, { token: 1, json: '1' });
    }
    await store.runs.remove([gone.id, kept.id]);
    expect(await store.runs.result(gone.id)).toBeNull();
    expect(await store.runs.result(kept.id)).toEqual({ token: 1, json: '1' });
  });
}

function insertCases(open: () => Promise<Store>): void {
  it('keeps every field of a record', async () => {
    await using store = await open();
    const spec = aSpec({ env: { A: 'b' }, tty: { rows: 24, columns: 80 }, timeoutMs: 5 });
    const wanted = {
      labels: { b: 'x', a: '' },
      concurrency: { key: 'k', limit: 3 },
      group: { id: 'group_1', atOnce: 2, maxFailures: 0 },
    };
    const run = aRun({
      name: 'nightly',
      tags: ['b', 'a'],
      spec,
      priority: -3,
      agentId: 'agent_9',
      ...wanted,
    });
    expect(await store.runs.insert(run, null)).toEqual({ kind: 'inserted' });
    expect(await store.runs.get(run.id)).toEqual(run);
  });

  it('knows nothing of a run that was never inserted', async () => {
    await using store = await open();
    expect(await store.runs.get('run_none')).toBeNull();
  });

  it('rejects a second run of the same id and keeps the first', async () => {
    await using store = await open();
    const run = aRun({ name: 'first' });
    await store.runs.insert(run, null);
    await expect(store.runs.insert({ ...run, name: 'second' }, null)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await store.runs.get(run.id)).toEqual(run);
  });

  it('returns the earlier run and its fingerprint for a repeated idempotency key', async () => {
    await using store = await open();
    const [first, second] = [aRun(), aRun()];
    await store.runs.insert(first, { key: 'k', fingerprint: 'one' });
    const repeated = await store.runs.insert(second, { key: 'k', fingerprint: 'two' });
    expect(repeated).toEqual({ kind: 'repeated', runId: first.id, fingerprint: 'one' });
    expect(await store.runs.get(second.id)).toBeNull();
    expect(await store.runs.list({ ownerScope: 'acme' }, { limit: 10, after: null })).toEqual([first]);
  });

  it('keeps the idempotency keys of different creators apart', async () => {
    await using store = await open();
    await store.runs.insert(aRun({ createdBy: 'key_1' }), { key: 'k', fingerprint: 'f' });
    const other = await store.runs.insert(aRun({ createdBy: 'key_2' }), { key: 'k', fingerprint: 'f' });
    expect(other).toEqual({ kind: 'inserted' });
  });

  it('adds one run when the same idempotency key comes several times at once', async () => {
    await using store = await open();
    const runs = Array.from({ length: 8 }, () => aRun());
    const answers = await Promise.all(
      runs.map((run) => store.runs.insert(run, { key: 'k', fingerprint: 'f' })),
    );
    expect(answers.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    const [stored] = await store.runs.list({}, { limit: 10, after: null });
    const repeated = answers.flatMap((answer) => (answer.kind === 'repeated' ? [answer.runId] : []));
    expect(new Set(repeated)).toEqual(new Set([stored?.id]));
  });

  it('keeps hostile text as it is', async () => {
    await using store = await open();
    const text = `'; drop table runs; --" \\ % _ ? $1 :x \u00e9 \u{1f680} \u202e \t\n\r \u0001 \ud800`;
    const spec = aSpec({ command: { kind: 'shell', text }, env: { [text]: text }, cwd: text });
    // A lone surrogate has no encoding of its own, so it cannot be searched for.
    const searched = text.slice(0, -1);
    const run = aRun({ spec, name: searched, tags: [searched], pool: searched, owner: 'acme' });
    await store.runs.insert(run, { key: searched, fingerprint: searched });
    expect(await store.runs.get(run.id)).toEqual(run);
    const filter = { name: searched, tags: [searched], pool: searched };
    expect(await store.runs.list(filter, { limit: 10, after: null })).toEqual([run]);
    expect(await store.runs.insert(aRun(), { key: searched, fingerprint: 'x' })).toMatchObject({
      kind: 'repeated',
      fingerprint: searched,
    });
  });

  it('keeps a value of 1 MB', async () => {
    await using store = await open();
    const run = aRun({ spec: aSpec({ env: { BIG: 'x'.repeat(1024 * 1024) } }) });
    await store.runs.insert(run, null);
    expect(await store.runs.get(run.id)).toEqual(run);
  });
}

function saveCases(open: () => Promise<Store>): void {
  it('replaces the version before', async () => {
    await using store = await open();
    const run = aRun();
    await store.runs.insert(run, null);
    const next = running(run);
    for (const record of [leased(run), { ...next, version: 3 }])
      expect(await store.runs.save(record)).toBe('saved');
    expect(await store.runs.get(run.id)).toEqual({ ...next, version: 3 });
  });

  it('calls a write on another version stale and changes nothing', async () => {
    await using store = await open();
    const run = aRun();
    await store.runs.insert(run, null);
    const held = leased(run);
    await store.runs.save(held);
    for (const version of [1, 2, 4, 100])
      expect(await store.runs.save({ ...held, version, priority: 99 })).toBe('stale');
    expect(await store.runs.get(run.id)).toEqual(held);
  });

  it('calls a write on an unknown run stale', async () => {
    await using store = await open();
    expect(await store.runs.save(leased(aRun()))).toBe('stale');
  });

  it('lets one of several concurrent writers of a version win', async () => {
    await using store = await open();
    const run = aRun();
    await store.runs.insert(run, null);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, agent) => store.runs.save(leased(run, `agent_${agent}`))),
    );
    const winner = answers.indexOf('saved');
    expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
    expect((await store.runs.get(run.id))?.attempt?.agentId).toBe(`agent_${winner}`);
  });

  it('loses nobody else’s write to a stale one beside it', async () => {
    await using store = await open();
    const runs = Array.from({ length: 6 }, () => aRun());
    await Promise.all(runs.map((run) => store.runs.insert(run, null)));
    const answers = await Promise.all(
      runs.map((run, index) => store.runs.save({ ...leased(run), version: index % 2 === 0 ? 2 : 7 })),
    );
    expect(answers).toEqual(['saved', 'stale', 'saved', 'stale', 'saved', 'stale']);
    const versions = await Promise.all(runs.map(async ({ id }) => (await store.runs.get(id))?.version));
    expect(versions).toEqual([2, 1, 2, 1, 2, 1]);
  });
}

function findCases(open: () => Promise<Store>): void {
  it('finds what is due, earliest first, and never more than asked', async () => {
    await using store = await open();
    const runs = [300, 100, 200, 400].map((queueDeadline) => aRun({ queueDeadline }));
    for (const run of runs) await store.runs.insert(run, null);
    await store.runs.insert(finished(aRun({ version: 0, queueDeadline: 50 })), null);
    const deadlines = (found: RunRecord[]) => found.map(({ queueDeadline }) => queueDeadline);
    expect(deadlines(await store.runs.due(300, 10))).toEqual([100, 200, 300]);
    expect(deadlines(await store.runs.due(1_000, 2))).toEqual([100, 200]);
    expect(await store.runs.due(99, 10)).toEqual([]);
  });

  it('finds what is due by the time that matters in its present state', async () => {
    await using store = await open();
    const run = aRun({ queueDeadline: 100_000 });
    await store.runs.insert(run, null);
    const held = leased(run, 'agent_1', 1_000);
    await store.runs.save(held);
    expect(await store.runs.due(30_999, 10)).toEqual([]);
    expect(await store.runs.due(31_000, 10)).toEqual([held]);
  });

  it('finds what an agent holds: leased or running, not what it once held', async () => {
    await using store = await open();
    const [claimed, live, over, other, back] = [aRun(), aRun(), aRun(), aRun(), aRun()];
    for (const run of [claimed, live, over, other, back]) await store.runs.insert(run, null);
    await store.runs.save(leased(claimed, 'agent_1'));
    await store.runs.save({ ...running(live, 'agent_1'), version: 2 });
    await store.runs.save({ ...finished(over), version: 2 });
    await store.runs.save(leased(other, 'agent_2'));
    const held = leased(back, 'agent_1');
    await store.runs.save(held);
    await store.runs.save(observed(held, { kind: 'lease_ended', token: 1, now: 90_000 }));
    const ids = (await store.runs.heldBy('agent_1')).map(({ id }) => id);
    expect(ids.toSorted()).toEqual([claimed.id, live.id].toSorted());
    expect(await store.runs.heldBy('agent_none')).toEqual([]);
  });

  it('counts what each agent holds', async () => {
    await using store = await open();
    expect(await store.runs.countHeld()).toEqual([]);
    const runs = [
      leased(aRun(), 'agent_2'),
      running(aRun(), 'agent_1'),
      leased(aRun(), 'agent_1'),
      finished(aRun()),
      aRun({ agentId: 'agent_3' }),
    ];
    for (const run of runs) await store.runs.insert(run, null);
    const counts = (await store.runs.countHeld()).map(({ agentId, count }) => `${agentId} ${count}`);
    expect(counts.toSorted()).toEqual(['agent_1 2', 'agent_2 1']);
  });

  it('counts what is open, by pool and state', async () => {
    await using store = await open();
    expect(await store.runs.countOpen()).toEqual([]);
    const insert = (run: RunRecord) => store.runs.insert(run, null);
    await Promise.all([
      insert(aRun({ pool: 'a' })),
      insert(aRun({ pool: 'a' })),
      insert(aRun({ pool: 'b' })),
      insert(leased(aRun({ pool: 'b' }))),
      insert(running(aRun({ pool: 'b' }))),
      insert(finished(aRun({ pool: 'b' }))),
    ]);
    const counts = (await store.runs.countOpen()).map(
      ({ pool, state, count }) => `${pool} ${state} ${count}`,
    );
    expect(counts.toSorted()).toEqual(['a queued 2', 'b leased 1', 'b queued 1', 'b running 1']);
  });

  it('finds what finished before a time, oldest first', async () => {
    await using store = await open();
    const runs = [300, 100, 200].map((now) => finished(aRun({ createdAt: 1 }), now));
    for (const run of [...runs, aRun()]) await store.runs.insert(run, null);
    const ends = (found: RunRecord[]) => found.map(({ end }) => end?.at);
    expect(ends(await store.runs.finishedBefore(300, 10))).toEqual([100, 200]);
    expect(ends(await store.runs.finishedBefore(1_000, 2))).toEqual([100, 200]);
  });

  it('no longer counts a finished run as finished once it is tried again', async () => {
    await using store = await open();
    const run = finished(aRun(), 2_000);
    await store.runs.insert(run, null);
    const { id, version, spec } = run;
    await store.runs.save({ ...aRun({ id, spec }), version: version + 1, token: 1 });
    expect(await store.runs.finishedBefore(9_000, 10)).toEqual([]);
    expect(await store.runs.countOpen()).toEqual([{ pool: 'default', state: 'queued', count: 1 }]);
  });
}

function removeCases(open: () => Promise<Store>): void {
  it('forgets finished runs with their names, tags and idempotency keys', async () => {
    await using store = await open();
    const run = finished(aRun({ name: 'n', tags: ['t'] }));
    await store.runs.insert(run, { key: 'k', fingerprint: 'f' });
    await store.runs.remove([run.id]);
    expect(await store.runs.get(run.id)).toBeNull();
    expect(await store.runs.list({}, { limit: 10, after: null })).toEqual([]);
    expect(await store.runs.list({ tags: ['t'] }, { limit: 10, after: null })).toEqual([]);
    expect(await store.runs.insert(aRun(), { key: 'k', fingerprint: 'g' })).toEqual({ kind: 'inserted' });
  });

  it('leaves runs that have not finished', async () => {
    await using store = await open();
    const live = running(aRun());
    await store.runs.insert(live, null);
    await store.runs.remove([live.id]);
    expect(await store.runs.get(live.id)).toEqual(live);
  });

  it('takes unknown ids, no ids and very many ids', async () => {
    await using store = await open();
    const runs = Array.from({ length: 250 }, () => finished(aRun()));
    await Promise.all(runs.map((run) => store.runs.insert(run, null)));
    await store.runs.remove([]);
    await store.runs.remove(['run_none']);
    await store.runs.remove(runs.map(({ id }) => id));
    expect(await store.runs.list({}, { limit: 10, after: null })).toEqual([]);
  });
}
