import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { planDelivery } from './plan-delivery.ts';
import { type DeliveryProgress, NOTHING_DELIVERED } from './record.ts';

it('sends log, exit status and size of a silent run in this order', () => {
  expect(run([0])).toEqual({ steps: ['log', 'exit', 'size'], sent: 0 });
});

it('sends nothing of a run that goes on and has written nothing', () => {
  expect(planDelivery(NOTHING_DELIVERED, { bytes: 0, ended: false })).toBe('wait');
});

it('sends the log again only when it has grown by half', () => {
  const progress = { lastBytes: 100, sentBytes: 100, exitSent: false };
  expect(planDelivery(progress, { bytes: 149, ended: false })).toBe('wait');
  expect(planDelivery(progress, { bytes: 150, ended: false })).toBe('log');
});

it('sends the last line, however short, before it says how the run ended', () => {
  const progress = { lastBytes: 100, sentBytes: 100, exitSent: false };
  expect(planDelivery(progress, { bytes: 101, ended: true })).toBe('log');
  expect(planDelivery({ ...progress, lastBytes: 101 }, { bytes: 101, ended: true })).toBe('exit');
});

it('sends at most three times the size of the log in all, whatever way it grew', () => {
  const growth = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(growth, (pieces) => {
      const sizes = pieces.map((_, index) => pieces.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
      const { steps, sent } = run(sizes);
      expect(sent).toBeLessThanOrEqual(3 * (sizes.at(-1) ?? 0));
      expect(steps.slice(-2)).toEqual(['exit', 'size']);
    }),
  );
});

/** Everything that is sent of a log that grows through these sizes and then ends. */
function run(sizes: readonly number[]): { steps: string[]; sent: number } {
  const steps: string[] = [];
  let progress: DeliveryProgress = NOTHING_DELIVERED;
  const look = (bytes: number, ended: boolean): void => {
    const step = planDelivery(progress, { bytes, ended });
    if (step !== 'wait') steps.push(step);
    if (step === 'log') progress = { ...progress, lastBytes: bytes, sentBytes: progress.sentBytes + bytes };
    if (step === 'exit') progress = { ...progress, exitSent: true };
  };
  for (const bytes of sizes) look(bytes, false);
  while (steps.at(-1) !== 'size') look(sizes.at(-1) ?? 0, true);
  return { steps, sent: progress.sentBytes };
}
