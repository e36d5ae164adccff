import { describe, expect, it, vi } from 'vitest';
import type { Notifier } from '../ports/notifier.ts';

/** What every notifier does. `settle` waits until what was pulsed has surely been delivered. */
export function runNotifierSuite(
  name: string,
  open: () => Promise<{ notifier: Notifier; settle: () => Promise<void> }>,
): void {
  describe(`notifier: ${name}`, () => {
    it('calls every listener of the topic after a pulse', async () => {
      const { notifier, settle } = await open();
      const listeners = [vi.fn<() => void>(), vi.fn<() => void>()];
      const ends = listeners.map((listener) => notifier.subscribe('run run_1', listener));
      notifier.pulse('run run_1');
      await settle();
      for (const listener of listeners) expect(listener).toHaveBeenCalled();
      for (const end of ends) end();
    });

    it('leaves the listeners of other topics alone', async () => {
      const { notifier, settle } = await open();
      const listener = vi.fn<() => void>();
      const end = notifier.subscribe('run run_1', listener);
      notifier.pulse('run run_10');
      await settle();
      expect(listener).not.toHaveBeenCalled();
      end();
    });

    it('calls nobody after the end of a subscription, which may be ended twice', async () => {
      const { notifier, settle } = await open();
      const listener = vi.fn<() => void>();
      const end = notifier.subscribe('topic', listener);
      end();
      end();
      notifier.pulse('topic');
      await settle();
      expect(listener).not.toHaveBeenCalled();
    });

    it('keeps two subscriptions of one listener apart', async () => {
      const { notifier, settle } = await open();
      const listener = vi.fn<() => void>();
      const first = notifier.subscribe('topic', listener);
      const second = notifier.subscribe('topic', listener);
      first();
      notifier.pulse('topic');
      await settle();
      expect(listener).toHaveBeenCalled();
      second();
    });

    it('takes a pulse that nobody listens to', async () => {
      const { notifier, settle } = await open();
      expect(() => notifier.pulse('nobody')).not.toThrow();
      await settle();
    });

    it('lets a listener end its own subscription', async () => {
      const { notifier, settle } = await open();
      let calls = 0;
      const end = notifier.subscribe('topic', () => {
        calls += 1;
        end();
      });
      notifier.pulse('topic');
      await settle();
      notifier.pulse('topic');
      await settle();
      expect(calls).toBe(1);
    });
  });
}
