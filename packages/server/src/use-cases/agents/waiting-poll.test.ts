import type { HeldAttempt, PollAnswer } from '@errand/contract';
import { observeRun, type RunFact, type RunRecord } from '@errand/core';
import { describe, expect, it } from 'vitest';
import { openPlane } from '../../../test/plane.ts';
import { joinWorker } from '../../../test/worker.ts';
import { changeRun } from '../runs/change-run.ts';
import { pollAgent } from './poll-agent.ts';
import { reportFact } from './report-fact.ts';

/** A control plane with one agent, of which the test says what it holds. */
async function open() {
  const plane = await openPlane();
  const { agentId } = await joinWorker(plane);
  const { polling, reporting, store, submit: parts } = plane.services;
  const changing = { ...store, notifier: parts.notifier };
  const observe = async (id: string, fact: RunFact): Promise<RunRecord> => {
    const changed = await changeRun(changing, id, (run) => observeRun(run, fact));
    if (changed === null) throw new Error('there is no such run');
    return changed.run;
  };
  return {
    plane,
    store,
    observe,
    poll: (held: readonly HeldAttempt[], { free = 0, waitMs = 100 } = {}): Promise<PollAnswer> =>
      pollAgent(polling, { agentId, free, held, waitMs, modules: [] }, new AbortController().signal),
    submit: async (headers: Readonly<Record<string, string>> = {}): Promise<string> => {
      const body = { pool: 'lab', command: ['true'] };
      const answer = await plane.ask('POST', '/v1/runs', { key: plane.admin, body, headers });
      return ((await answer.json()) as { id: string }).id;
    },
    start: async (runId: string): Promise<void> => {
      await reportFact(reporting, agentId, { runId, token: 1, claimant: 'c', fact: { kind: 'starting' } });
    },
    cancel: async (id: string, kill: boolean): Promise<void> => {
      await plane.ask('POST', `/v1/runs/${id}/cancel`, { key: plane.admin, body: { kill } });
    },
    [Symbol.asyncDispose]: () => plane[Symbol.asyncDispose](),
  };
}

const held = (runId: string, change: Partial<HeldAttempt> = {}): HeldAttempt => ({
  runId,
  token: 1,
  cancel: 'none',
  ...change,
});
const names = ({ leases }: PollAnswer) => leases.map(({ runId, token }) => `${runId}.${token}`);

describe('an agent that polls', () => {
  it('is given a lease again until it says that it holds it, each once in an answer', async () => {
    await using all = await open();
    const id = await all.submit();
    expect(names(await all.poll([], { free: 1 }))).toEqual([`${id}.1`]);
    expect(names(await all.poll([]))).toEqual([`${id}.1`]);
    expect(names(await all.poll([held(id)]))).toEqual([]);
    await all.observe(id, { kind: 'lease_ended', token: 1, now: Date.now() });
    expect(names(await all.poll([held(id)], { free: 1 }))).toEqual([`${id}.2`]);
    expect(names(await all.poll([held(id)]))).toEqual([`${id}.2`]);
  });

  it('is told of a cancel until it knows of it, and of a later one that hurries', async () => {
    await using all = await open();
    const id = await all.submit();
    await all.poll([], { free: 1 });
    await all.start(id);
    await all.cancel(id, false);
    const orders = async (cancel: HeldAttempt['cancel']) =>
      (await all.poll([held(id, { cancel })])).cancels.map(({ kill }) => kill);
    expect([await orders('none'), await orders('none'), await orders('asked')]).toEqual([
      [false],
      [false],
      [],
    ]);
    await all.cancel(id, true);
    expect([await orders('asked'), await orders('none'), await orders('kill')]).toEqual([[true], [true], []]);
    expect((await all.poll([held(id, { token: 9 })])).cancels).toEqual([]);
  });

  it('has renewed what it holds, and nothing that it does not know of', async () => {
    await using all = await open();
    const id = await all.submit();
    await all.poll([], { free: 1 });
    await all.start(id);
    const left = async () => ((await all.store.runs.get(id))?.attempt?.leaseExpiresAt ?? 0) - Date.now();
    await all.observe(id, { kind: 'disconnected', token: 1, leftMs: 5_000, now: Date.now() });
    await all.poll([]);
    await all.poll([held(id, { token: 2 })]);
    expect(await left()).toBeLessThanOrEqual(5_000);
    await all.poll([held(id)]);
    expect(await left()).toBeGreaterThan(15_000);
  });

  it('keeps an attempt that is thought lost, and ends what its run has gone on without', async () => {
    await using all = await open();
    const id = await all.submit();
    await all.poll([], { free: 1 });
    await all.start(id);
    const lost = await all.observe(id, { kind: 'agent_gone', token: 1, how: 'lost', now: Date.now() });
    expect(lost.state).toBe('finished');
    expect((await all.poll([held(id)])).superseded).toEqual([]);
    const stale = [held('run_none'), held(id, { token: 2 })];
    expect((await all.poll(stale)).superseded).toEqual(stale.map(({ runId, token }) => ({ runId, token })));
  });

  it('is handed what is submitted while it waits, as many as it takes, and nothing once it is answered', async () => {
    await using all = await open();
    const state = async (id: string) => (await all.store.runs.get(id))?.state;
    const waiting = all.poll([], { free: 1, waitMs: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [first, second] = [await all.submit(), await all.submit()];
    expect(names(await waiting)).toEqual([`${first}.1`]);
    const third = await all.submit();
    expect([await state(first), await state(second), await state(third)]).toEqual([
      'leased',
      'queued',
      'queued',
    ]);
  });

  it('has its place left after a submission that turns out to be a repeat', async () => {
    await using all = await open();
    const once = { 'idempotency-key': 'k1' };
    const first = await all.submit(once);
    await all.poll([], { free: 1 });
    const waiting = all.poll([held(first)], { free: 1, waitMs: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await all.submit(once)).toBe(first);
    const second = await all.submit();
    expect((await all.store.runs.get(second))?.state).toBe('leased');
    expect(names(await waiting)).toEqual([`${second}.1`]);
  });
});
