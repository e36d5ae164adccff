import { expect, it } from 'vitest';
import { runClockSuite } from './clock-suite.ts';
import { fakeClock } from './fake-clock.ts';
import { fakeIds } from './fake-ids.ts';

runClockSuite('fake', () => {
  const clock = fakeClock();
  return { clock, pass: (ms) => clock.advance(ms) };
});

it('wakes sleepers in order of time, at their time', async () => {
  const clock = fakeClock(0);
  const woken: [string, number][] = [];
  const sleepers = [
    clock.sleep(30).then(() => woken.push(['late', clock.now()])),
    clock.sleep(10).then(() => woken.push(['early', clock.now()])),
  ];
  await clock.advance(100);
  await Promise.all(sleepers);
  expect(woken).toEqual([
    ['early', 10],
    ['late', 30],
  ]);
  expect(clock.now()).toBe(100);
});

it('jumps without waking anybody', async () => {
  const clock = fakeClock(1_000);
  void clock.sleep(10);
  clock.jump(-500);
  expect([clock.now(), clock.steady(), clock.sleeping]).toEqual([500, 0, 1]);
  await clock.advance(10);
  expect(clock.sleeping).toBe(0);
});

it('makes ids in order and of the promised shape', () => {
  const ids = fakeIds();
  const made = [ids.next('run', 5), ids.next('run', 5), ids.next('run', 6)];
  expect(made.toSorted()).toEqual(made);
  for (const id of made) expect(id).toMatch(/^run_[0-9a-z]{26}$/);
  expect(ids.secret(32)).toMatch(/^[\w-]{43}$/);
});
