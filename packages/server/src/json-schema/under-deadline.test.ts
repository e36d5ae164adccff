import { expect, it } from 'vitest';
import { DeadlineError, StalledError, underDeadline } from './under-deadline.ts';

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** As on a machine that has no time for us: the clock runs, and nothing is computed. */
function stall(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}

function compute(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('goes on with what only stood still, however often', () => {
  let begun = 0;
  const work = (): string => {
    begun += 1;
    if (begun <= 3) stall(1_000);
    return 'done';
  };
  expect(underDeadline(50, work)).toBe('done');
  expect(begun).toBe(4);
});

it('gives what was held up once in the middle a second try', () => {
  let begun = 0;
  const work = (): string => {
    begun += 1;
    if (begun === 1) compute(1_000);
    return 'done';
  };
  expect(underDeadline(50, work)).toBe('done');
});

it('tells what computes for too long from what gets no time at all', () => {
  expect(() => underDeadline(50, () => compute(1_000))).toThrow(DeadlineError);
  expect(() => underDeadline(50, () => stall(1_000))).toThrow(StalledError);
});
