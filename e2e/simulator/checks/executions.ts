import { describeEnd, type RunRecord } from '@errand/core';
import type { Trace } from '../world.ts';
import type { Deed, History } from './history.ts';

/** A lease, and what a slow keeper may take to begin. */
const PERMISSION_MS = 37_000;

/** Invariant 2, at the moment a command is executed. */
export function checkExecution(
  trace: Trace,
  history: History,
  { deed, machine, now }: { readonly deed: Deed; readonly machine: string; readonly now: number },
): void {
  const { id, runId, token } = deed;
  if (deed.machine !== undefined) {
    trace.fail(2, 'SIM-EXEC-1', `attempt ${id} is executed twice: on ${deed.machine}, now on ${machine}`);
  }
  const permittedAt = deed.permitted.get(machine);
  if (permittedAt === undefined) {
    trace.fail(2, 'SIM-EXEC-2', `${machine} executes ${id} without an accepted starting`);
  } else if (now - permittedAt > PERMISSION_MS) {
    trace.fail(
      2,
      'SIM-EXEC-6',
      `${machine} executes ${id} ${now - permittedAt} ms after it asked whether it may`,
    );
  }
  const record = history.records.get(runId);
  const past = record?.past.find((each) => each.token === token);
  if (past?.reason === null) {
    trace.fail(2, 'SIM-EXEC-3', `${machine} executes ${id}, which went back to its queue as not executed`);
  }
  for (const other of history.deedsOf(runId)) {
    if (other === deed || (other.command?.mortal ?? 0) === 0) continue;
    if (!isLost(record, other) && !isLost(record, deed))
      trace.fail(2, 'SIM-EXEC-4', `${id} is executed while ${other.id} is alive and not lost`);
  }
  checkCount(trace, history, deed);
}

/** Was it given up because nobody heard of it? Then it may live beside its successor. */
function isLost(record: RunRecord | undefined, { token }: Deed): boolean {
  const past = record?.past.find((each) => each.token === token);
  return past?.reason != null && describeEnd(past.reason).outcome === 'lost';
}

/** More often than its owner asked for, a run is never executed. */
function checkCount(trace: Trace, history: History, { runId, id }: Deed): void {
  const record = history.records.get(runId);
  const executed = history.deedsOf(runId).filter((deed) => deed.machine !== undefined).length;
  const most = (record?.spec.retry.attempts ?? 1) + history.wishesFor(runId).retried;
  if (executed + 1 > most) {
    trace.fail(
      2,
      'SIM-EXEC-5',
      `${id} is execution ${executed + 1} of its run, of which there may be ${most}`,
    );
  }
}
