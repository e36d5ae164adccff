import { expect, it } from 'vitest';
import type { RunRecord } from '../run/record.ts';
import { aRun, aSpec, finished, leased, observed, running } from '../testing/builders.ts';
import { planRuns } from './plan-runs.ts';
import { wakeAt } from './wake.ts';

const queued = aRun({ createdAt: 0, spec: aSpec({ queueTimeoutMs: 60_000 }) });
const silent = observed(running(queued), { kind: 'agent_silent', token: 1, now: 40_000 });

it.each<[string, RunRecord, number | null, string]>([
  ['in the queue: when its time there is over', queued, 60_000, 'queue_timed_out'],
  ['that is leased: when its lease is', leased(queued), 30_000, 'lease_ended'],
  ['that runs: when its agent has been silent for a lease', running(queued), 30_000, 'agent_silent'],
  ['whose agent is silent: when it has been for long enough', silent, 340_000, 'agent_gone'],
  ['that has finished: never', finished(queued), null, ''],
])('plans for a run %s', (_, run, at, kind) => {
  expect(wakeAt(run)).toBe(at);
  const planned = (now: number) => planRuns({ runs: [run], quietUntil: 0 }, now).map(({ fact }) => fact.kind);
  if (at === null) expect(planned(Number.MAX_SAFE_INTEGER)).toEqual([]);
  else expect([planned(at - 1), planned(at)]).toEqual([[], [kind]]);
});

it('lets nothing expire before the quiet time is over, and then all that is due', () => {
  const look = (now: number) => planRuns({ runs: [queued, silent], quietUntil: 500_000 }, now).length;
  expect([look(499_999), look(500_000)]).toEqual([0, 2]);
});
