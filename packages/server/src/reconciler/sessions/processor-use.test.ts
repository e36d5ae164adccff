import { expect, it } from 'vitest';
import { ProcessorUse } from './processor-use.ts';

it('does not know what goes on from one look, from two that are too close, or where the count began anew', () => {
  const use = new ProcessorUse();
  const working = (cpuMs: number, at: number) => use.working('ses_1', { cpuMs, at }, 120_000);
  expect([working(90_000, 0), use.unsure('ses_1')]).toEqual([null, true]);
  expect([working(91_000, 9_999), use.unsure('ses_1')]).toEqual([null, true]);
  expect([working(89_000, 10_000), use.unsure('ses_1')]).toEqual([null, true]);
  expect(new ProcessorUse().unsure('ses_1')).toBe(false);
});

it('calls it work from a twentieth of a processor on, and no longer than that is so', () => {
  const use = new ProcessorUse();
  const working = (cpuMs: number, at: number) => use.working('ses_1', { cpuMs, at }, null);
  working(90_000, 0);
  expect([working(90_500, 10_000), use.unsure('ses_1')]).toEqual([true, false]);
  expect(working(90_999, 20_000)).toBe(false);
  expect(working(10, 30_000)).toBeNull();
  expect(working(510, 40_000)).toBe(true);
});
