import { type RunRecord } from '@errand/core';
import { aRun, aSpec, fakeClock, finished, leased, observed, running } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { MemoryLogStore } from '../../stores/memory/memory-log-store.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { systemClock } from '../../system/system-clock.ts';
import { topics } from '../topics.ts';
import { followLog } from './read-log.ts';

const AGAIN = aSpec({ retry: { attempts: 2, on: ['failed'], backoffMs: 0 } });
const QUEUED = aRun({ id: 'run_1', owner: 'acme', spec: AGAIN });
const ACTOR = {
  id: 'key_1',
  name: 'test',
  role: 'admin',
  owner: 'acme',
  expiresAt: null,
  local: false,
} as const;

/** What somebody hears who follows a run that is like this, one look after the other. */
async function heard(
  looks: readonly RunRecord[],
  atLook: (logs: MemoryLogStore, look: number) => Promise<void>,
): Promise<string[]> {
  const logs = new MemoryLogStore();
  const notifier = new LocalNotifier();
  let look = 0;
  const get = async (): Promise<RunRecord | null> => {
    const run = looks[Math.min(look, looks.length - 1)] ?? null;
    look += 1;
    await atLook(logs, look);
    setImmediate(() => notifier.pulse(topics.run('run_1')));
    return run;
  };
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 5), signal),
  };
  const following = { actor: ACTOR, runId: 'run_1', attempt: null, from: 0, stream: null };
  const signal = AbortSignal.timeout(10_000);
  const said: string[] = [];
  for await (const step of followLog({ runs: { get }, logs, notifier, clock }, { ...following, signal }))
    said.push(
      step.kind === 'piece' ? Buffer.from(step.piece.bytes).toString() : `${step.kind} ${step.offset}`,
    );
  return said;
}

const append = async (logs: MemoryLogStore, token: number, offset: number, text: string): Promise<void> => {
  const piece = { offset, stream: 'stdout', time: 1, bytes: Buffer.from(text) } as const;
  await logs.append({ runId: 'run_1', token }, [piece]);
};

it('tells a follower the bytes that came with the end, before the end', async () => {
  const live = running(QUEUED);
  const said = await heard([live, finished(QUEUED)], async (logs, look) => {
    if (look === 1) await append(logs, 1, 0, 'one ');
    if (look === 2) await append(logs, 1, 4, 'last');
  });
  expect(said).toEqual(['one ', 'last', 'end 8']);
});

it('stays with the attempt it began to tell of, also when the run goes on with another', async () => {
  const live = running(QUEUED);
  const failed = { kind: 'exited', code: 1 } as const;
  const again = observed(live, {
    kind: 'ended',
    token: 1,
    reason: failed,
    log: null,
    now: live.createdAt + 1,
  });
  const said = await heard([live, running(again)], async (logs, look) => {
    if (look === 1) await append(logs, 1, 0, 'first');
    if (look === 2) await append(logs, 2, 0, 'second attempt');
  });
  expect(said).toEqual(['first', 'end 5']);
});

it('tells nothing of an attempt that may go back to its queue', async () => {
  const held = leased(QUEUED);
  const back = observed(held, { kind: 'lease_ended', token: 1, now: held.createdAt + 99_000 });
  const said = await heard([held, back, finished(back)], async (logs, look) => {
    if (look === 3) await append(logs, 2, 0, 'second lease');
  });
  expect(said).toEqual(['second lease', 'end 12']);
});

it('gives a sign of life where nothing is said for long, and lets go of everything once nobody listens', async () => {
  const clock = fakeClock();
  const logs = new MemoryLogStore();
  const notifier = new LocalNotifier();
  let held = 0;
  const counted = (release: () => void): (() => void) => {
    held += 1;
    return () => {
      held -= 1;
      release();
    };
  };
  const watch = logs.watch.bind(logs);
  logs.watch = (log, listener) => counted(watch(log, listener));
  const parts = {
    runs: { get: async () => running(QUEUED) },
    logs,
    notifier: {
      pulse: notifier.pulse.bind(notifier),
      subscribe: (...asked: Parameters<LocalNotifier['subscribe']>) => counted(notifier.subscribe(...asked)),
    },
    clock,
  };
  await append(logs, 1, 0, 'one');
  const leaves = new AbortController();
  const following = { actor: ACTOR, runId: 'run_1', attempt: null, from: 0, stream: null };
  const said: string[] = [];
  const told = (async () => {
    for await (const step of followLog(parts, { ...following, signal: leaves.signal }))
      said.push(step.kind === 'beat' ? `beat ${step.offset}` : step.kind);
  })();
  for (let second = 0; second < 31; second += 1) await clock.advance(1_000);
  expect(said).toEqual(['piece', 'beat 3', 'beat 3']);
  expect(held).toBe(2);
  leaves.abort();
  await told;
  expect([held, clock.sleeping]).toEqual([0, 0]);
});
