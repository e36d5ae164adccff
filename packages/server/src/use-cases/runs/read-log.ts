import {
  type AttemptRef,
  type Clock,
  ErrandError,
  type LogEnd,
  type LogPiece,
  type LogStore,
  type Notifier,
  type RunRecord,
  type RunStore,
} from '@errand/core';
import type { Stream } from '@errand/core/vocabulary';
import type { Actor } from '../actor.ts';
import { Bell } from '../bell.ts';
import { topics } from '../topics.ts';
import { seeRun } from './see-run.ts';

/** A pulse or a watch may be lost, so a follower looks again after this. */
const LOOK_AGAIN_MS = 1_000;

export interface ReadLogParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly logs: LogStore;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** The log of one attempt as it stands: `end` is null while it may still grow. */
export interface LogState {
  readonly log: AttemptRef;
  readonly run: RunRecord;
  readonly size: number;
  readonly end: LogEnd | null;
  readonly ended: boolean;
  /** False for an attempt that went, or may still go, back to the queue without having been executed. */
  readonly executed: boolean;
}

/** The present state of the log of an attempt (the latest for null). null: no attempt has been made yet. */
export async function logState(
  parts: Pick<ReadLogParts, 'runs' | 'logs'>,
  { actor, runId }: { readonly actor: Actor; readonly runId: string },
  attempt: number | null,
): Promise<LogState | null> {
  const run = await seeRun(parts.runs, actor, runId);
  const latest = latestAttempt(run);
  // Who follows a run from its first byte asks for the first attempt before there is one.
  const token = attempt === 1 && run.token === 0 ? latest : (attempt ?? latest);
  if (token > run.token)
    throw new ErrandError(
      'not_found',
      `there is no attempt ${token} yet; the run has had ${run.token === 1 ? 'one' : run.token}`,
    );
  if (token === 0) return run.state === 'finished' ? nothing(run) : null;
  const log = { runId, token };
  const past = run.past.find((each) => each.token === token);
  const end = past === undefined ? (run.end?.log ?? null) : past.log;
  const ended = past !== undefined || run.state === 'finished';
  const executed = past === undefined ? run.attempt?.startingAt != null : past.reason !== null;
  return { log, run, size: await parts.logs.size(log), end, ended, executed };
}

/** The one under way, else the last one that was executed; 0: none was. */
function latestAttempt({ attempt, past }: RunRecord): number {
  return attempt?.token ?? past.findLast(({ reason }) => reason !== null)?.token ?? 0;
}

function nothing(run: RunRecord): LogState {
  return { log: { runId: run.id, token: 1 }, run, size: 0, end: null, ended: true, executed: false };
}

export interface Following {
  readonly actor: Actor;
  readonly runId: string;
  readonly attempt: number | null;
  readonly from: number;
  readonly stream: Stream | null;
  readonly signal: AbortSignal;
}

/** What a follower is told: pieces in order, then once the end. `beat` when nothing was said for a while. */
export type FollowStep =
  | { readonly kind: 'piece'; readonly piece: LogPiece }
  | { readonly kind: 'beat'; readonly offset: number }
  | { readonly kind: 'end'; readonly offset: number; readonly run: RunRecord };

/** How long a follower may hear nothing; proxies and phones drop silent lines. */
const BEAT_MS = 15_000;

/** The pieces of an attempt's log from an offset on, as they come, until the attempt has ended or the signal aborts. */
export async function* followLog(parts: ReadLogParts, following: Following): AsyncGenerator<FollowStep> {
  const bell = new Bell();
  const run = { changed: true };
  const unsubscribe = parts.notifier.subscribe(topics.run(following.runId), () => {
    run.changed = true;
    bell.ring();
  });
  following.signal.addEventListener('abort', bell.ring);
  let unwatch: (() => void) | null = null;
  let { from } = following;
  let { attempt } = following;
  let state = null as LogState | null;
  let lookedAt = 0;
  let quietSince = parts.clock.steady();
  try {
    while (!following.signal.aborted) {
      const now = parts.clock.steady();
      // Of a log that grows only the size is new; nobody's run is loaded for a line of it.
      if (state?.executed === true && !run.changed && now - lookedAt < LOOK_AGAIN_MS) {
        state = { ...state, size: await parts.logs.size(state.log) };
      } else {
        run.changed = false;
        lookedAt = now;
        state = await logState(parts, following, attempt);
      }
      // Once it is executed a follower stays with an attempt, also when the run goes on with another.
      if (state?.executed === true) {
        attempt ??= state.log.token;
        unwatch ??= parts.logs.watch(state.log, bell.ring);
      }
      if (state !== null && state.size > from) {
        yield* pieces(parts, state, { ...following, from });
        from = state.size;
        quietSince = parts.clock.steady();
      } else if (state?.ended === true) {
        return yield { kind: 'end', offset: state.size, run: state.run };
      } else {
        await bell.wait(parts.clock, LOOK_AGAIN_MS);
      }
      if (parts.clock.steady() - quietSince >= BEAT_MS) {
        quietSince = parts.clock.steady();
        yield { kind: 'beat', offset: from };
      }
    }
  } finally {
    unsubscribe();
    unwatch?.();
    following.signal.removeEventListener('abort', bell.ring);
  }
}

async function* pieces(
  parts: ReadLogParts,
  state: LogState,
  { from, stream }: Following,
): AsyncGenerator<FollowStep> {
  const range = { from, to: state.size, ...(stream === null ? {} : { stream }) };
  for await (const piece of parts.logs.read(state.log, range)) yield { kind: 'piece', piece };
}
