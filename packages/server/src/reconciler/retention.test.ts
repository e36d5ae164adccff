import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, type RunSpec, requestSession, type SessionRecord } from '@errand/core';
import {
  aGroup,
  aRun,
  aSession,
  aSpec,
  fakeClock,
  finished,
  readySession,
  requested,
  running,
} from '@errand/core/testing';
import { expect, it } from 'vitest';
import { FileBlobStore } from '../stores/files/file-blob-store.ts';
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

it('removes more runs at once than end between two looks, each with its input and the logs of all its attempts', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 1e9 });
  for (let made = 0; made < 500; made += 1)
    await all.store.runs.insert(finished(aRun({ createdAt: 0 }), MINUTE), null);
  const over = finished(aRun({ id: 'run_last', createdAt: 0 }), MINUTE);
  const twice = finished(requested(over, { kind: 'retry', endedAt: null, now: 2 * MINUTE }), 3 * MINUTE);
  await all.store.runs.insert(twice, null);
  const logs = [inputRef('run_last'), { runId: 'run_last', token: 1 }, { runId: 'run_last', token: 2 }];
  for (const log of logs) await all.logs.append(log, [PIECE]);
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  expect(await all.store.runs.finishedBefore(200 * MINUTE, 9)).toEqual([]);
  expect(await Promise.all(logs.map((log) => all.logs.size(log)))).toEqual([0, 0, 0]);
});

it('finds the logs of a run again that it could not remove', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 1e9 });
  const log = await all.add('run_old', 0);
  await all.clock.advance(200 * MINUTE);
  const remove = all.logs.remove.bind(all.logs);
  all.logs.remove = () => Promise.reject(new Error('the disk does not answer'));
  await expect(all.retention.sweep()).rejects.toThrow('does not answer');
  all.logs.remove = remove;
  await all.retention.sweep();
  expect([await all.logs.size(log), await all.store.runs.get('run_old')]).toEqual([0, null]);
});

it('takes the log of an attempt before from a run that goes on, and never its input', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 5 });
  const over = finished(aRun({ id: 'run_again', createdAt: 0 }), MINUTE);
  const again = running(requested(over, { kind: 'retry', endedAt: null, now: 2 * MINUTE }));
  await all.store.runs.insert(again, null);
  const logs = [{ runId: 'run_again', token: 1 }, { runId: 'run_again', token: 2 }, inputRef('run_again')];
  for (const log of logs) await all.logs.append(log, [PIECE]);
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  expect(await Promise.all(logs.map((log) => all.logs.size(log)))).toEqual([0, 20, 20]);
});

it('takes no log that may have been read before the server was started anew', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 5 });
  await all.clock.advance(200 * MINUTE);
  const log = await all.add('run_full', 190);
  const anew = new LogReads(all.clock);
  await all.clock.advance(9 * MINUTE);
  expect([anew.lastRead(log), all.reads.lastRead(log)]).toEqual([200 * MINUTE, 0]);
});

it('removes logs that belong to no run, but not the input of one that is being submitted', async () => {
  await using all = await open({ keepRunsMs: 1_000 * MINUTE, keepLogBytes: 5 });
  await all.logs.append({ runId: 'run_none', token: 1 }, [PIECE]);
  await all.logs.append(inputRef('run_new'), [PIECE]);
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  await all.store.runs.insert(aRun({ id: 'run_new' }), null);
  await all.retention.sweep();
  expect(await all.logs.size(inputRef('run_new'))).toBe(20);
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

it('forgets the oldest artifacts beyond their limit, but not those that somebody may be fetching, and all of a run with it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'errand-kept-'));
  const blobs = new FileBlobStore(root);
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 25 }, blobs);
  const put = async (id: string, minutes: number, bytes: number): Promise<void> => {
    await all.add(id, minutes, { artifacts: ['x'] });
    await blobs.put(`artifacts/${id}/1/0`, oneOf(new Uint8Array(bytes)), 100);
    utimesSync(join(root, `artifacts/${id}/1/0`), minutes * 60, minutes * 60);
  };
  await put('run_a', 1, 15);
  await put('run_b', 2, 15);
  await put('run_c', 29, 100);
  const there = async () =>
    (await Array.fromAsync(blobs.list('artifacts'))).map(({ name }) => name.split('/')[1]);
  await all.clock.advance(30 * MINUTE);
  await all.retention.sweep();
  expect(await there()).toEqual(['run_c']);
  await put('run_d', 30, 1);
  await all.clock.advance(99.5 * MINUTE);
  await all.retention.sweep();
  expect(await there()).toEqual(['run_d']);
  rmSync(root, { recursive: true });
});

it('leaves the artifacts of a run that goes on, however old those of an attempt before are', async () => {
  const root = mkdtempSync(join(tmpdir(), 'errand-kept-'));
  const blobs = new FileBlobStore(root);
  await using all = await open({ keepRunsMs: 1_000 * MINUTE, keepLogBytes: 25 }, blobs);
  await all.store.runs.insert(running(aRun({ id: 'run_live', createdAt: 0 })), null);
  await all.add('run_over', 2);
  for (const id of ['run_live', 'run_over', 'run_none']) {
    await blobs.put(`artifacts/${id}/1/0`, oneOf(new Uint8Array(15)), 100);
    utimesSync(join(root, `artifacts/${id}/1/0`), 60, 60);
  }
  await all.clock.advance(30 * MINUTE);
  await all.retention.sweep();
  const left = await Array.fromAsync(blobs.list('artifacts'));
  expect(left.map(({ name }) => name)).toEqual(['artifacts/run_live/1/0']);
  rmSync(root, { recursive: true });
});

it('forgets no more artifacts than it takes, and none of a run of which one was kept just now', async () => {
  const root = mkdtempSync(join(tmpdir(), 'errand-kept-'));
  const blobs = new FileBlobStore(root);
  await using all = await open({ keepRunsMs: 1_000 * MINUTE, keepLogBytes: 25 }, blobs);
  const put = async (id: string, file: number, minutes: number): Promise<void> => {
    await blobs.put(`artifacts/${id}/1/${file}`, oneOf(new Uint8Array(8)), 100);
    utimesSync(join(root, `artifacts/${id}/1/${file}`), minutes * 60, minutes * 60);
  };
  for (const file of [0, 1, 2]) await put('run_new', file, file === 1 ? 29 : 1);
  for (const [index, id] of ['run_a', 'run_b', 'run_c'].entries()) await put(id, 0, index + 2);
  await all.clock.advance(30 * MINUTE);
  const there = async () => [
    ...new Set((await Array.fromAsync(blobs.list('artifacts'))).map(({ name }) => name.split('/')[1])),
  ];
  await all.retention.sweep();
  expect(await there()).toEqual(['run_new']);
  await blobs.remove('artifacts/run_new');
  for (const [index, id] of ['run_a', 'run_b', 'run_c'].entries()) await put(id, 0, index + 2);
  await all.retention.sweep();
  expect(new Set(await there())).toEqual(new Set(['run_b', 'run_c']));
  rmSync(root, { recursive: true });
});

it('forgets groups of which nothing is left, once they are as old as runs may be', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 25 });
  const [old, young] = [50, 150].map((minutes) => aGroup({ createdAt: minutes * MINUTE, open: false }));
  for (const group of [old, young]) if (group !== undefined) await all.store.groups.insert(group, [], null);
  await all.clock.advance(200 * MINUTE);
  await all.retention.sweep();
  const left = await Promise.all([old, young].map((group) => all.store.groups.get(group?.id ?? '')));
  expect(left).toEqual([null, young]);
});

it('leaves the source of a module that was found only now: a submission is about to name it', async () => {
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 25 });
  const { scripts } = all.store;
  for (const [sha256, minutes] of [
    ['old', 1],
    ['new', 61],
  ] as const)
    await scripts.keepModule({ sha256, text: sha256 }, minutes * MINUTE);
  await all.clock.advance(62 * MINUTE);
  await all.retention.sweep();
  expect([await scripts.module('old'), await scripts.module('new')]).toEqual([null, 'new']);
});

it('forgets the files of sessions that are over, and of nobody else', async () => {
  const root = mkdtempSync(join(tmpdir(), 'errand-kept-'));
  const blobs = new FileBlobStore(root);
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 25 }, blobs);
  const ready = readySession(aSession({ createdAt: 0 }));
  const ended = over(aSession({ createdAt: 0 }), 1);
  for (const each of [ready, ended]) await all.store.sessions.insert(each, { idempotency: null, quotas: [] });
  for (const id of [ready.id, ended.id, 'ses_removed'])
    await blobs.put(`sessions/${id}/0`, oneOf(new Uint8Array(1)), 1);
  await all.retention.sweep();
  const left = await Array.fromAsync(blobs.list('sessions'));
  expect(left.map(({ name }) => name)).toEqual([`sessions/${ready.id}/0`]);
  rmSync(root, { recursive: true });
});

it('removes the rest where one part cannot be, and says what is in the way', async () => {
  const broken = {
    ...noBlobs,
    list: () => {
      throw new Error('no such disk');
    },
  };
  await using all = await open({ keepRunsMs: 100 * MINUTE, keepLogBytes: 25 }, broken);
  const old = await all.add('run_old', 0);
  await all.clock.advance(200 * MINUTE);
  await expect(all.retention.sweep()).rejects.toThrow('no such disk');
  expect(await all.store.runs.get(old.runId)).toBeNull();
  expect(await all.logs.size(old)).toBe(0);
});

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const PIECE = { offset: 0, stream: 'stdout', time: 0, bytes: new Uint8Array(20) } as const;

async function open(
  keep: { keepRunsMs: number; keepLogBytes: number; keepAuditMs?: number },
  blobs: BlobStore = noBlobs,
) {
  const store = await openSqliteStore({ database: ':memory:' });
  const logs = new MemoryLogStore();
  const clock = fakeClock(0);
  const reads = new LogReads(clock);
  const retention = new Retention({
    ...store,
    blobs,
    logs,
    reads,
    clock,
    keep: { keepAuditMs: 1_000 * MINUTE, keepArtifactBytes: 20, ...keep },
  });
  return {
    store,
    logs,
    clock,
    reads,
    retention,
    /** A run that finished so many minutes after the start, with a log. */
    add: async (id: string, minutes: number, spec: Partial<RunSpec> = {}) => {
      const run = aRun({ id, createdAt: 0, spec: aSpec(spec) });
      await store.runs.insert(finished(run, minutes * MINUTE), null);
      const log = { runId: id, token: 1 };
      await logs.append(log, [PIECE]);
      return log;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
