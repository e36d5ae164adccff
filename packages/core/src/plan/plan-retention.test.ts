import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EndedLog, planRetention } from './plan-retention.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const KEEP = { runsMs: 500 * MINUTE, logBytes: 100 };

describe('which logs go', () => {
  it('takes nothing below the limits', () => {
    expect(plan([aLog('a', { bytes: 100 })])).toEqual([]);
  });

  it('takes the oldest first, and no more than it takes', () => {
    const logs = [
      aLog('new', { endedAt: 900 }),
      aLog('old', { endedAt: 700 }),
      aLog('older', { endedAt: 600 }),
    ];
    expect(plan(logs)).toEqual(['older']);
  });

  it('takes every log that is too old, whatever the size', () => {
    const logs = [aLog('a', { endedAt: 500, bytes: 1 }), aLog('b', { endedAt: 501, bytes: 1 })];
    expect(plan(logs)).toEqual(['a']);
  });

  it('leaves what was read within ten minutes, and takes the next instead', () => {
    const logs = [
      aLog('read', { endedAt: 600, readAt: 991 }),
      aLog('unread', { endedAt: 700, readAt: 990 }),
      aLog('new', { endedAt: 900 }),
    ];
    expect(plan(logs)).toEqual(['unread']);
    expect(plan([aLog('ancient', { endedAt: 1, readAt: 995 })])).toEqual([]);
  });

  it('takes the attempts of one run in their order, whenever they ended', () => {
    const [first, second] = [aLog('a', { endedAt: 900 }), aLog('a', { endedAt: 800 })];
    const ended = [{ ...second, log: { runId: 'a', token: 2 } }, first, aLog('b', { bytes: 30 })];
    expect(planRetention({ ended, openBytes: 0 }, KEEP, NOW)).toEqual([{ runId: 'a', token: 1 }]);
  });

  it('counts what is still written', () => {
    expect(plan([aLog('a', { bytes: 10 })], 89)).toEqual([]);
    expect(plan([aLog('a', { bytes: 10 })], 91)).toEqual(['a']);
  });

  it('never takes a log under a reader, and stops as soon as it may', () => {
    const log = fc.record({
      bytes: fc.nat({ max: 50 }),
      endedAt: fc.nat({ max: 1_000 }),
      readAt: fc.nat({ max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(log), fc.nat({ max: 150 }), (logs, openBytes) => {
        const ended = logs.map((values, index) => aLog(`log ${index}`, values));
        const going = new Set(plan(ended, openBytes));
        const gone = ended.filter((each) => going.has(each.log.runId));
        for (const { readAt } of gone) expect(NOW - readAt).toBeGreaterThanOrEqual(10 * MINUTE);
        // Without the last one it took, something would be too old or too much.
        const last = gone.toSorted((a, b) => b.endedAt - a.endedAt)[0];
        if (last === undefined || NOW - last.endedAt >= KEEP.runsMs) return;
        const left = ended
          .filter((each) => !gone.includes(each))
          .reduce((sum, { bytes }) => sum + bytes, openBytes);
        const leastLast = Math.max(
          ...gone.filter(({ endedAt }) => endedAt === last.endedAt).map(({ bytes }) => bytes),
        );
        expect(left + leastLast).toBeGreaterThan(KEEP.logBytes);
      }),
    );
  });
});

/** Times in minutes. */
function aLog(runId: string, change: { bytes?: number; endedAt?: number; readAt?: number }): EndedLog {
  const { bytes = 40, endedAt = 800, readAt = 0 } = change;
  return { log: { runId, token: 1 }, bytes, endedAt: endedAt * MINUTE, readAt: readAt * MINUTE };
}

function plan(ended: readonly EndedLog[], openBytes = 0): string[] {
  return planRetention({ ended, openBytes }, KEEP, NOW).map(({ runId }) => runId);
}
