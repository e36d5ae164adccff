import { aRun, fakeClock, finished } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { LOCAL_ACTOR } from '../actor.ts';
import { announce } from './change-run.ts';
import { awaitRun } from './see-run.ts';

it('hears of the end at once, not at its next look', async () => {
  const clock = fakeClock();
  const notifier = new LocalNotifier();
  const queued = aRun({ id: 'run_1' });
  let run = queued;
  const parts = { runs: { get: async () => run }, notifier, clock };
  const waiting = { waitMs: 60_000, signal: new AbortController().signal };
  const awaited = awaitRun(parts, { actor: LOCAL_ACTOR, runId: 'run_1' }, waiting);
  await clock.advance(0);
  run = finished(queued);
  announce(notifier, { kind: 'next', run, actions: [] });
  await clock.advance(0);
  expect([clock.sleeping, (await awaited).state]).toEqual([0, 'finished']);
});
