import type { Run } from '@errand/contract';
import { fakeClock } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { openPlane } from '../../test/plane.ts';
import { Reconciler, TICK_MS } from './reconciler.ts';

it('gives a run up at its queue time-out, and says what it had waited for', async () => {
  await using plane = await openPlane();
  const submit = async (pool: string): Promise<string> => {
    const body = { command: ['true'], pool, queueTimeout: '40s' };
    return ((await (await plane.ask('POST', '/v1/runs', { key: plane.admin, body })).json()) as Run).id;
  };
  const runs = [await submit('lab'), await submit('local')];
  await plane.services.store.agents.setPool('local', { paused: true });
  const clock = fakeClock(Date.now());
  const { store, submit: parts } = plane.services;
  const reconciler = new Reconciler({ ...store, notifier: parts.notifier, clock });
  for (let ticks = 0; ticks < 45; ticks++) {
    await clock.advance(TICK_MS);
    await reconciler.tick();
  }
  const ends = await Promise.all(
    runs.map(async (id) => {
      const answer = await plane.ask('GET', `/v1/runs/${id}`, { key: plane.admin });
      return ((await answer.json()) as Run).end;
    }),
  );
  const sentence = 'No agent took the run before its queue time-out.';
  expect(ends).toMatchObject([
    {
      reason: 'timed_out',
      sentence: expect.stringMatching(/time-out\. No agent of the pool lab has ever joined/),
    },
    {
      reason: 'timed_out',
      sentence: `${sentence} The pool local is paused; errand pool resume local lets it go on.`,
    },
  ]);
});
