import type { SessionRecord } from '@errand/core';
import { aSession, fakeClock } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LocalNotifier } from '../system/local-notifier.ts';
import { topics } from '../use-cases/topics.ts';
import { ReachWatch } from './reach-watch.ts';

const GUEST = { key: null, linkHash: 'h' };

function watching(share: SessionRecord['share']) {
  const clock = fakeClock();
  const notifier = new LocalNotifier();
  const stored: { session: SessionRecord | null } = { session: aSession({ owner: 'acme', share }) };
  const watch = new ReachWatch({ sessions: { get: async () => stored.session }, notifier, clock });
  const { signal, forget } = watch.follow({ id: 'ses_1' }, GUEST);
  return { clock, notifier, stored, signal, forget };
}

it('ends what a guest holds open in the moment in which their link is over', async () => {
  const start = fakeClock().now();
  const { clock, signal } = watching({ level: 'link', hash: 'h', expiresAt: start + 5_000 });
  await clock.advance(4_999);
  expect(signal.aborted).toBe(false);
  await clock.advance(1);
  expect(signal.aborted).toBe(true);
});

it('ends it with the session, with a hint, and without one within half a minute', async () => {
  for (const hint of [true, false]) {
    const { clock, notifier, stored, signal } = watching({ level: 'public' });
    await clock.advance(60_000);
    expect(signal.aborted).toBe(false);
    stored.session = null;
    if (hint) notifier.pulse(topics.session('ses_1'));
    await clock.advance(hint ? 0 : 30_000);
    expect([hint, signal.aborted]).toEqual([hint, true]);
  }
});

it('looks no longer than somebody is connected', async () => {
  const { clock, forget } = watching({ level: 'public' });
  await clock.advance(1_000);
  expect(clock.sleeping).toBe(1);
  forget();
  await clock.advance(0);
  expect(clock.sleeping).toBe(0);
});
