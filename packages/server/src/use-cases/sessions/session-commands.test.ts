import type { RunRecord, Store } from '@errand/core';
import { aRun, aSession, aSpec, fakeClock, finished, running } from '@errand/core/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteStore } from '../../stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { SessionCommands } from './session-commands.ts';

const ID = 'ses_1';
const clock = fakeClock();
const now = clock.now();

let store: Store;
let commands: SessionCommands;
beforeEach(async () => {
  store = await openSqliteStore({ database: ':memory:', defer: (commit) => queueMicrotask(commit) });
  commands = new SessionCommands({ runs: store.runs, notifier: new LocalNotifier(), clock });
});
afterEach(() => store[Symbol.asyncDispose]());

/** In the session, unless `change` says otherwise. */
async function add(become: (run: RunRecord) => RunRecord = (run) => run, change: Partial<RunRecord> = {}) {
  const run = aRun({ spec: aSpec({ session: ID }), createdAt: now, notBefore: now, ...change });
  await store.runs.insert(run, null);
  const wanted = become(run);
  for (let version = 2; version <= wanted.version; version += 1)
    await store.runs.save({ ...wanted, version });
  return run.id;
}

const FIRST = { limit: 1, after: null };
const runs = (run: RunRecord): RunRecord => running(run, 'agent_1', now);
const session = (change: object = {}) => aSession({ id: ID, ...change });

it('counts what waits and what runs, but nothing that is there all the time, over, or elsewhere', async () => {
  await add();
  await add(runs);
  await add((run) => finished(run, now));
  await add(runs, { createdBy: ID });
  await add(runs, { spec: aSpec({ session: ID, tty: { columns: 80, rows: 24 } }) });
  await add(runs, { spec: aSpec({ session: 'ses_2' }) });
  expect(await commands.busy(ID)).toBe(2);
});

it('leaves none open of a session whose machine is gone, and touches no other', async () => {
  const [queued, begun] = [await add(), await add(runs)];
  const elsewhere = await add(runs, { spec: aSpec({ session: 'ses_2' }) });
  await commands.machineGone(session());
  expect((await store.runs.get(queued))?.end?.reason).toEqual({ kind: 'canceled' });
  expect((await store.runs.get(begun))?.end?.reason.kind).toBe('machine_gone');
  expect((await store.runs.get(elsewhere))?.state).toBe('running');
});

it('reaches every command of a session, however many wait behind the one that runs', async () => {
  const begun = await add(runs);
  for (let count = 0; count < 600; count += 1) await add(undefined, { createdAt: now + 1 });
  expect(await commands.cancel(ID)).toBe(1);
  expect((await store.runs.get(begun))?.cancel).not.toBeNull();
  await commands.machineGone(session());
  expect(await store.runs.list({ status: ['queued', 'running', 'canceling'] }, FIRST)).toEqual([]);
});

it('leaves alone the run that a session was made for where that went on elsewhere', async () => {
  const id = await add(runs, { spec: aSpec() });
  await commands.machineGone(session({ run: { id, token: 1, pool: 'fresh' } }));
  expect((await store.runs.get(id))?.state).toBe('running');
});
