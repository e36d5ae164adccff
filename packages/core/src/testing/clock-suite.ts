import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports/clock.ts';

/** What every clock does. `pass` lets the given time go by; nothing here depends on how long anything takes. */
export function runClockSuite(
  name: string,
  open: () => { clock: Clock; pass: (ms: number) => Promise<void> },
): void {
  describe(`clock: ${name}`, () => {
    it('tells wall time in ms since 1970', () => {
      const { clock } = open();
      expect(clock.now()).toBeGreaterThan(Date.UTC(2020, 0, 1));
    });

    it('has a steady time that only ever rises', async () => {
      const { clock, pass } = open();
      const before = clock.steady();
      await pass(5);
      expect(clock.steady()).toBeGreaterThan(before);
    });

    it('sleeps as long as it is told, in steady time', async () => {
      const { clock, pass } = open();
      const before = clock.steady();
      const asleep = clock.sleep(20);
      await pass(20);
      await asleep;
      // Timers of the platform may ring up to one ms early.
      expect(clock.steady() - before).toBeGreaterThanOrEqual(19);
    });

    it('wakes at once, without an error, when the signal aborts', async () => {
      const { clock } = open();
      const control = new AbortController();
      const asleep = clock.sleep(1_000_000, control.signal);
      control.abort();
      await expect(asleep).resolves.toBeUndefined();
    });

    it('does not sleep at all on an aborted signal', async () => {
      const { clock } = open();
      await expect(clock.sleep(1_000_000, AbortSignal.abort())).resolves.toBeUndefined();
    });
  });
}
