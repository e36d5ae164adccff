import { requestSession, type SessionRecord } from '@errand/core';
import { aRun, aSession, fakeClock, finished, readySession, running } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { MemoryLogStore } from '../stores/memory/memory-log-store.ts';
import { openSqliteStore } from '../stores/sql/open-sqlite-store.ts';
import { LogReads } from '../use-cases/runs/log-reads.ts';
import { inputRef } from '../use-cases/runs/run-input.ts';
import { noBlobs } from '../use-cases/sessions/no-blobs.ts';
import { Retention } from './retention.ts';

const MINUTE = 60_000;

it('removes old runs with their logs, and then the oldest logs above the limit', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 25 });
  const old = await all.add('run_old', 0);
  const full = await all.add('run_full', 150);
  const kept = await all.add('run_kept', 160);
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  expect(await all.store.runs.get(old.runId)).toBeNull();
  expect(await Promise.all([old, full, kept].map((log) => all.logs.size(log)))).toEqual([0, 0, 20]);
  expect(await all.store.runs.get(full.runId)).not.toBeNull();
});

it('leaves logs that are written or read, and the input of a run that may need it again', async () => {
  await using all = await open({ keepRunsMs: 1_000 * MINUTE, keepLogBytes: 5 });
  const live = running(aRun({ id: 'run_live' }));
  await all.store.runs.insert({ ...live, token: 2 }, null);
  const logs = [{ runId: live.id, token: 2 }, inputRef(live.id), await all.add('run_read', 0)];
  for (const log of logs) await all.logs.append(log, [PIECE]);
  await all.clock.advance(200 * MINUTE);
  all.reads.note({ runId: 'run_read', token: 1 });
  await all.retention.sweep();
  expect(await Promise.all(logs.map((log) => all.logs.size(log)))).toEqual([20, 20, 20]);
  await all.clock.advance(11 * MINUTE);
  await all.retention.sweep();
  expect(await Promise.all(logs.map((log) => all.logs.size(log)))).toEqual([20, 20, 0]);
});

it('removes logs that belong to no run', async () => {
  await using all = await open({ keepRunsMs: 1_000 * MINUTE, keepLogBytes: 5 });
  await all.logs.append({ runId: 'run_none', token: 1 }, [PIECE]);
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  expect(await all.logs.size({ runId: 'run_none', token: 1 })).toBe(0);
});

it('forgets sessions that have been over for as long as runs are kept, and no others', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 25 });
  const sessions = [
    over(aSession({ createdAt: 0 }), 50),
    over(aSession({ createdAt: 0 }), 150),
    readySession(aSession({ createdAt: 0 })),
  ];
  for (const each of sessions) await all.store.sessions.insert(each, { idempotency: null, quotas: [] });
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  const left = await Promise.all(sessions.map(({ id }) => all.store.sessions.get(id)));
  expect(left.map((session) => session?.state ?? null)).toEqual([null, 'deleted', 'ready']);
});

it('forgets who did what after its own time', async () => {
  await using all = await open({ keepRunsMs: 10 * MINUTE, keepLogBytes: 25, keepAuditMs: 100 * MINUTE });
  for (const minutes of [50, 150]) {
    const nobody = { keyId: null, keyName: null, owner: null, target: null, address: null };
    const about = { action: 'signIn', outcome: 'unauthenticated', note: null } as const;
    await all.store.audit.insert({ id: `audit_${minutes}`, at: minutes * MINUTE, ...nobody, ...about });
  }
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  const left = await all.store.audit.list({}, { limit: 9, after: null });
  expect(left.map(({ id }) => id)).toEqual(['audit_150']);
});

/** As it is once somebody has deleted it, so many minutes after the start. */
function over(session: SessionRecord, minutes: number): SessionRecord {
  const step = requestSession(session, { kind: 'delete', by: 'key_1', now: minutes * MINUTE });
  if (step.kind !== 'next') throw new Error(`deleting it answered ${step.kind}`);
  return step.session;
}

const PIECE = { offset: 0, stream: 'stdout', time: 0, bytes: new Uint8Array(20) } as const;

async function open(keep: { keepRunsMs: number; keepLogBytes: number; keepAuditMs?: number }) {
  const store = await openSqliteStore({ database: ':memory:' });
  const logs = new MemoryLogStore();
  const clock = fakeClock(0);
  const reads = new LogReads(clock);
  const retention = new Retention({
    ...store,
    blobs: noBlobs,
    logs,
    reads,
    clock,
    keep: { keepAuditMs: 1_000 * MINUTE, ...keep },
  });
  return {
    store,
    logs,
    clock,
    reads,
    retention,
    /** A run that finished so many minutes after the start, with a log. */
    add: async (id: string, minutes: number) => {
      await store.runs.insert(finished(aRun({ id, createdAt: 0 }), minutes * MINUTE), null);
      const log = { runId: id, token: 1 };
      await logs.append(log, [PIECE]);
      return log;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
