import { expect, it } from 'vitest';
import { cannotWrite, endOf } from './end-reason.ts';
import type { SpoolEnd, SpoolEntry } from './ports.ts';

const EXITED: SpoolEnd = {
  how: { kind: 'exited', code: 3 },
  cause: undefined,
  bytes: 40,
  dropped: 0,
  why: 'none',
  left: 0,
  oom: false,
  endedAt: 2,
  startedAt: 1,
};
const ENTRY = { cwd: '/', program: 'p', path: '/bin' } as SpoolEntry;
const KILLED = { kind: 'signaled', signal: 9 } as const;

const ended = (change: Partial<SpoolEnd>) =>
  endOf({ kind: 'ended', end: { ...EXITED, ...change } }, ENTRY, { size: () => 0 });

it.each<[string, Partial<SpoolEnd>, unknown]>([
  ['its own status', {}, { kind: 'exited', code: 3 }],
  ['memory, before the signal that it cost', { how: KILLED, oom: true }, { kind: 'out_of_memory' }],
  [
    'its time, before memory',
    { how: KILLED, oom: true, cause: 'timed_out' },
    { kind: 'timed_out', phase: 'run' },
  ],
  ['a cancel, before memory', { how: KILLED, oom: true, cause: 'canceled' }, { kind: 'canceled' }],
  ['a cancel that is not proven', { cause: 'canceled', left: 2 }, { kind: 'canceled_unproven', left: 2 }],
  ['a disk that is full', { how: KILLED, cause: 'disk_full' }, { kind: 'disk_full' }],
  ['a disk that took no more of its log', { why: 'disk_full', dropped: 5 }, { kind: 'disk_full' }],
  ['no space for its log', { how: { kind: 'spawn_failed', errno: 28, stage: 'log' } }, { kind: 'disk_full' }],
])('gives as the reason of an end %s', (_, change, reason) => {
  expect(ended(change).reason).toEqual(reason);
});

it('says what of a log is missing, and how much of one is there whose keeper died', () => {
  expect(ended({ why: 'cap', dropped: 7 })).toMatchObject({
    bytes: 40,
    truncated: { dropped: 7, why: 'cap' },
  });
  expect(ended({ why: 'disk_full', dropped: 7 }).truncated).toEqual({ dropped: 7, why: 'disk_full' });
  expect(ended({}).truncated).toBeNull();
  expect(endOf({ kind: 'lost' }, ENTRY, { size: () => 12 })).toEqual({
    reason: { kind: 'lost' },
    bytes: 12,
    truncated: { dropped: 0, why: 'lost' },
  });
});

it('tells a full disk from whatever else keeps an attempt from being written down', () => {
  expect(cannotWrite(Object.assign(new Error('no space'), { code: 'ENOSPC' }))).toEqual({
    kind: 'disk_full',
  });
  expect(cannotWrite(new Error('odd'))).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('odd'),
  });
});
