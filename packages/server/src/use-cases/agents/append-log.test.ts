import { LIMITS, type RunRecord } from '@errand/core';
import { aRun, aSpec, fakeClock, finished, leased, running } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { MemoryLogStore } from '../../stores/memory/memory-log-store.ts';
import { appendLog } from './append-log.ts';

const CAP = 1_000;
const RUN = running(aRun({ id: 'run_1', createdAt: 0, spec: aSpec({ maxLogBytes: CAP }) }), 'agent_1');
const NAME = { runId: 'run_1', token: 1 };

function open(run: RunRecord | null = RUN) {
  const logs = new MemoryLogStore();
  const clock = fakeClock();
  const parts = { logs, clock, runs: { get: async () => run } };
  const append = (offset: number, text: string, change: { token?: number; agentId?: string } = {}) => {
    const { token = 1, agentId = 'agent_1' } = change;
    const piece = { offset, stream: 'stdout', time: 1, bytes: Buffer.from(text) } as const;
    return appendLog(parts, agentId, { runId: 'run_1', token, pieces: text === '' ? [] : [piece] });
  };
  return { logs, clock, append };
}

const SUPERSEDED = { kind: 'superseded' };
const size = (bytes: number) => ({ kind: 'size', size: bytes });

it('takes the log of an attempt from the agent that holds it and from no other, also after a guessed end', async () => {
  const { append, logs } = open();
  expect(await append(0, 'abc')).toEqual(size(3));
  expect(await append(3, 'd', { agentId: 'agent_2' })).toEqual(SUPERSEDED);
  expect(await append(3, 'd', { token: 2 })).toEqual(SUPERSEDED);
  expect(await logs.size(NAME)).toBe(3);
  expect(await open(null).append(0, 'a')).toEqual(SUPERSEDED);
  expect(await open(finished(aRun({ id: 'run_1' }))).append(0, 'a')).toEqual(size(1));
});

it('takes nothing of an attempt before, although the agent held that one, too', async () => {
  const past = { token: 1, agentId: 'agent_1', claimant: 'c', startedAt: 1, endedAt: 2 } as const;
  const before = { ...past, reason: { kind: 'lost' }, log: null, superseded: null } as const;
  const again = leased({ ...aRun({ id: 'run_1' }), token: 1, past: [before] }, 'agent_1');
  const { append, logs } = open(again);
  expect([again.token, await append(0, 'late')]).toEqual([2, SUPERSEDED]);
  expect(await logs.size(NAME)).toBe(0);
});

it('says where to go on to an agent that asks with nothing', async () => {
  const { append } = open();
  await append(0, 'abcd');
  expect(await append(0, '')).toEqual(size(4));
});

it('lets no agent write more than the cap and one append', async () => {
  const { append, logs } = open();
  const room = CAP + LIMITS.appendBytes;
  await append(0, 'x'.repeat(room));
  expect(await append(room, 'y')).toEqual(size(room + 1));
  expect(await append(room + 1, 'z')).toEqual(size(room + 1));
  expect(await logs.size(NAME)).toBe(room + 1);
});

it('waits a little for what was sent before and comes later, and else says how far it is', async () => {
  const { append, clock, logs } = open();
  const second = append(3, 'def');
  await expect.poll(() => clock.sleeping, { interval: 1 }).toBe(1);
  expect(await append(0, 'abc')).toEqual(size(3));
  expect(await second).toEqual(size(6));
  const alone = append(9, 'x');
  for (let times = 0; times < 4; times += 1) {
    await expect.poll(() => clock.sleeping, { interval: 1 }).toBe(1);
    await clock.advance(250);
  }
  expect([await alone, await logs.size(NAME)]).toEqual([size(6), 6]);
});
