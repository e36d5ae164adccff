import type { RunFact } from '../run/observe.ts';
import type { RunRecord } from '../run/record.ts';
import { wakeAt } from './wake.ts';

/** What the planner sees. `quietUntil`: after a start, a jump of the clock or a stall nothing expires before this. */
export interface RunSnapshot {
  readonly runs: readonly RunRecord[];
  readonly quietUntil: number;
}

export interface PlannedFact {
  readonly runId: string;
  readonly fact: RunFact;
}

/** What the clock says about runs: pure, so that the same snapshot and time always give the same plan. */
export function planRuns({ runs, quietUntil }: RunSnapshot, now: number): PlannedFact[] {
  if (now < quietUntil) return [];
  return runs.flatMap((run) => {
    const at = wakeAt(run);
    return at !== null && at <= now ? [{ runId: run.id, fact: dueFact(run, now) }] : [];
  });
}

function dueFact(run: RunRecord, now: number): RunFact {
  if (run.attempt === null) return { kind: 'queue_timed_out', now };
  const { token, unreachableAt } = run.attempt;
  if (run.state === 'leased') return { kind: 'lease_ended', token, now };
  if (unreachableAt === null) return { kind: 'agent_silent', token, now };
  return { kind: 'agent_gone', token, how: 'lost', now };
}
