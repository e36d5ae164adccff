import { fakeClock } from '@errand/core/testing';
import { describe, expect, test } from 'vitest';
import { sharedClock } from './shared-clock.ts';

describe('the clock of several control planes on one database', () => {
  test('is the database’s, also after that clock was set', async () => {
    const clock = fakeClock(1_000);
    const stop = new AbortController();
    let database = 50_000;
    const shared = await sharedClock({ time: async () => database }, clock, stop.signal);
    expect(shared.now()).toBe(50_000);
    database = 90_000;
    await clock.advance(60_000);
    expect(shared.now()).toBe(90_000);
    stop.abort();
  });

  test('is this machine’s where the database is in this process', async () => {
    const clock = fakeClock(1_000);
    expect(await sharedClock({ time: async () => null }, clock, new AbortController().signal)).toBe(clock);
  });
});
