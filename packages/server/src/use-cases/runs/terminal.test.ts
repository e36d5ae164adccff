import type { RunRecord } from '@errand/core';
import { aRun, aSpec, finished, running } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { LOCAL_ACTOR } from '../actor.ts';
import { topics } from '../topics.ts';
import { PendingWindows, resizeTerminal } from './terminal.ts';

const QUEUED = aRun({ id: 'run_1', spec: aSpec({ tty: { rows: 1, columns: 1 } }) });

async function resized(run: RunRecord, ...sizes: readonly number[]) {
  const windows = new PendingWindows();
  const notifier = new LocalNotifier();
  let told = 0;
  notifier.subscribe(topics.agent('agent_1'), () => (told += 1));
  const parts = { runs: { get: async () => run }, windows, notifier };
  for (const rows of sizes)
    await resizeTerminal(parts, { actor: LOCAL_ACTOR, runId: 'run_1' }, { rows, columns: 80 });
  return { told, orders: windows.take('agent_1'), left: windows.take('agent_1') };
}

it('tells the agent at once how large a terminal is now, the latest size, once', async () => {
  const order = { runId: 'run_1', token: 1, rows: 50, columns: 80 };
  expect(await resized(running(QUEUED), 40, 50)).toEqual({ told: 2, orders: [order], left: [] });
});

it('has nothing to tell of a run that waits or has finished, and refuses one without a terminal', async () => {
  for (const run of [QUEUED, finished(QUEUED)])
    expect(await resized(run, 40)).toEqual({ told: 0, orders: [], left: [] });
  await expect(resized(running(aRun()), 40)).rejects.toMatchObject({ code: 'conflict' });
});
