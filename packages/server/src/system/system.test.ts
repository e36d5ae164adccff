import { setTimeout as sleep } from 'node:timers/promises';
import { runClockSuite, runNotifierSuite } from '@errand/core/testing';
import { LocalNotifier } from './local-notifier.ts';
import { systemClock } from './system-clock.ts';

runClockSuite('of this machine', () => ({ clock: systemClock, pass: (ms) => sleep(ms) }));

runNotifierSuite('within this process', async () => ({
  notifier: new LocalNotifier(),
  settle: () => sleep(0),
}));
