import type { EndReason, LogEnd, RunRecord } from '@errand/core';
import type { World } from '../world.ts';
import type { Deed } from './history.ts';

export interface ClaimedEnd {
  readonly token: number;
  /** null: it was never executed. */
  readonly reason: EndReason | null;
  readonly log: LogEnd | null;
}

/** A lease is renewed when half of it is used up, so nobody can be silent for less than the other half. */
const SILENT_AT_LEAST_MS = 10_000;

/** Is what a record says of an attempt's end what really happened? */
export function checkReason(world: World, run: RunRecord, { token, reason, log }: ClaimedEnd): void {
  const { trace, history } = world;
  const id = `${run.id}.${token}`;
  const deed = history.find(id);
  const wrong = lieOf(world, { run, deed, log }, reason);
  if (wrong !== null)
    trace.fail(2, 'SIM-REASON-1', `${id} is said to be ${JSON.stringify(reason)}, but ${wrong}`);
  if (reason?.kind === 'canceled') checkNothingLeft(world, run);
}

/** Invariant 4. What could not be killed in an earlier attempt has been said there. */
function checkNothingLeft({ trace, history }: World, run: RunRecord): void {
  for (const { id, token, command } of history.deedsOf(run.id)) {
    const alive = (token === run.token && run.attempt !== null ? command?.tree : command?.mortal) ?? 0;
    if (alive === 0) continue;
    trace.fail(
      4,
      'SIM-CANCELED-1',
      `${run.id} is said to be canceled, but ${alive} processes of ${id} are alive`,
    );
  }
}

interface Claim {
  readonly run: RunRecord;
  readonly deed: Deed | undefined;
  readonly log: LogEnd | null;
}

/** What contradicts a reason; null: nothing. */
function lieOf(world: World, { run, deed, log }: Claim, reason: EndReason | null): string | null {
  const executed = deed?.machine !== undefined;
  const end = deed?.command?.end;
  switch (reason?.kind) {
    case undefined:
      return executed ? 'it was executed' : null;
    case 'exited':
      return end?.kind === 'exited' && end.code === reason.code ? null : `it ${JSON.stringify(end)}`;
    case 'signaled':
      return end?.kind === 'signaled' && end.signal === reason.signal ? null : `it ${JSON.stringify(end)}`;
    case 'spawn_failed':
      return deed?.spawnFailed === true ? null : 'nothing failed to start';
    case 'timed_out':
      if (reason.phase === 'queue') return null;
      return deed?.timedOut === true ? null : 'it had time left';
    case 'canceled':
    case 'canceled_unproven':
      if (run.group !== null && run.group.maxFailures !== null) return null;
      return world.history.wishesFor(run.id).canceled > 0 ? null : 'nobody asked for that';
    case 'lost':
      return log === null ? silenceOf(world, deed) : keeperOf(deed);
    case 'disk_full':
      return null;
    case 'out_of_memory':
    case 'result_invalid':
    case 'refused':
    case 'machine_gone':
      return 'no such thing happens here';
  }
}

/** The control plane concluded it. */
function silenceOf({ timeline, profile }: World, deed: Deed | undefined): string | null {
  // What was heard a moment ago may not have reached the store before the conclusion did.
  const counts = timeline.now - 3 * (profile.storeMs + profile.commitMs);
  const heardAt = deed?.heardAt.findLast((at) => at <= counts);
  const silentMs = timeline.now - (heardAt ?? 0);
  return heardAt !== undefined && silentMs < SILENT_AT_LEAST_MS
    ? `its agent was heard ${silentMs} ms ago`
    : null;
}

/** Its agent said so. */
function keeperOf(deed: Deed | undefined): string | null {
  if (deed?.command !== undefined && !deed.keeperDied && !deed.powerFailed) return 'its keeper is alive';
  return (deed?.command?.mortal ?? 0) > 0 ? 'processes of it are alive' : null;
}
