import { attemptDeadline, tearDownDeadline } from '../job/deadline.ts';
import { presentAttempt } from '../job/lifecycle.ts';
import type { JobFact } from '../job/observe.ts';
import type { JobRecord } from '../job/record.ts';
import type { RunRecord } from '../run/record.ts';
import type { SessionRecord } from '../session/record.ts';
import type { JobState } from '../vocabulary/job-state.ts';
import { describeSessionReason } from '../vocabulary/session-reason.ts';

/** A job with what its attempt is about. */
export interface JobView {
  readonly job: JobRecord;
  /** Of its attempt; null: none is known, or it is no longer kept. */
  readonly session: SessionRecord | null;
  /** Of the command that is under way; null: it was not submitted yet, or is no longer kept. */
  readonly run: RunRecord | null;
}

/** What to do for a job: write down what was seen, or make the next step. */
export type JobAction =
  | { readonly kind: 'observe'; readonly fact: JobFact }
  /** Ask for the session of the next attempt. */
  | { readonly kind: 'ask_session' }
  /** Look how the outputs are before the first command. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'submit'; readonly command: number }
  | { readonly kind: 'check_outputs' }
  /** End the session as the end of the attempt wants it, and see how far that is. */
  | { readonly kind: 'tear_down' };

/** What should be done next for a job; null: nothing before something changes. Pure. `quiet`: after a jump of the clock nothing expires. */
export function planJob(view: JobView, now: number, quiet: boolean): JobAction | null {
  const planning = { ...view, now, quiet };
  return expired(planning) ?? NEXT[view.job.state](planning);
}

interface Planning extends JobView {
  readonly now: number;
  readonly quiet: boolean;
}

type Choose = (planning: Planning) => JobAction | null;

const NEXT: { readonly [State in JobState]: Choose } = {
  queued: askSession,
  provisioning: (planning) => ended(planning) ?? afterTrouble(planning, begin),
  running: (planning) => command(planning),
  checking: (planning) =>
    (needsSession(planning) ? ended(planning) : null) ??
    afterTrouble(planning, () => ({ kind: 'check_outputs' })),
  tearing_down: (planning) => afterTrouble(planning, () => ({ kind: 'tear_down' })),
  waiting: askSession,
  finished: () => null,
};

/** What takes too long, or would. A tear-down goes on after the deadline, for a while. */
function expired(planning: Planning): JobAction | null {
  const { job, now, quiet } = planning;
  if (quiet || job.state === 'finished') return null;
  const passed = (time: number | null): boolean => time !== null && time <= now;
  const attempt = job.past.length + 1;
  if (job.state === 'tearing_down') {
    const overdue = passed(tearDownDeadline(job)) && isEnding(planning);
    return overdue ? observe({ kind: 'tear_down_overdue', attempt, now }) : null;
  }
  if (passed(job.deadline)) return observe({ kind: 'timed_out', limit: 'deadline', now });
  return passed(attemptDeadline(job)) ? observe({ kind: 'timed_out', limit: 'attempt', now }) : null;
}

/**
 * Only its provider is waited for. A session whose end nobody has asked for yet, or that has ended while nobody was here to see it, is no reason to give up:
 * the tear-down has a step left that it can take, however late it is.
 */
function isEnding({ job, session }: Planning): boolean {
  if (session?.state === 'deleting') return true;
  const { ending } = presentAttempt(job);
  const drops = job.spec.finish.deleteVolumes !== true || session?.dropsVolumes === true;
  return ending === 'stop' && session?.state === 'stopping' && session.desired === 'stopped' && drops;
}

function askSession(planning: Planning): JobAction | null {
  if (planning.job.notBefore > planning.now) return null;
  return afterTrouble(planning, () => ({ kind: 'ask_session' }));
}

function begin({ session }: Planning): JobAction | null {
  return session?.state === 'ready' ? { kind: 'begin' } : null;
}

/** The end of a command counts before that of its session: it was seen of the command itself. */
function command(planning: Planning): JobAction | null {
  const { job, run, now } = planning;
  const { commands, number } = presentAttempt(job);
  const at = commands.findIndex(({ reason }) => reason === null);
  const runId = commands[at]?.runId ?? null;
  if (run !== null && run.id === runId && run.end !== null && !endedWithSession(planning)) {
    const { reason } = run.end;
    return observe({ kind: 'command_ended', attempt: number, command: at, runId, reason, now });
  }
  const over = ended(planning);
  if (over !== null) return over;
  if (runId === null) return afterTrouble(planning, () => ({ kind: 'submit', command: at }));
  if (run !== null) return null;
  const why = `the record of command ${at + 1} is no longer kept`;
  return observe({ kind: 'session_ended', attempt: number, why, lost: true, passing: true, now });
}

/** A command that was canceled because its session ends did not fail by itself. */
function endedWithSession({ run, session }: Planning): boolean {
  const canceled = run?.end?.reason.kind === 'canceled' || run?.end?.reason.kind === 'canceled_unproven';
  return canceled && session?.state !== 'ready';
}

/** A session that is not, or no longer, on its way to what it is needed for. */
function ended({ job, session, now }: Planning): JobAction | null {
  const attempt = job.past.length + 1;
  const lost = job.state !== 'provisioning';
  if (session === null) {
    const why = 'Its session is no longer known.';
    return observe({ kind: 'session_ended', attempt, why, lost: true, passing: true, now });
  }
  const usable = lost
    ? session.state === 'ready'
    : USABLE.has(session.state) && session.desired === 'running';
  if (usable) return null;
  const reason = (session.failure ?? session.ending)?.reason;
  const described = reason === undefined ? null : describeSessionReason(reason);
  const why = `Its session ended: ${described?.sentence ?? 'nobody knows why.'}`;
  const passing = described?.retryable ?? true;
  return observe({ kind: 'session_ended', attempt, why, lost, passing, now });
}

const USABLE: ReadonlySet<SessionRecord['state']> = new Set(['requested', 'creating', 'starting', 'ready']);

/** What lies elsewhere is there, whatever has become of the session. */
function needsSession({ job }: Planning): boolean {
  return job.spec.outputs.some(({ target }) => target.kind === 'file');
}

function afterTrouble(planning: Planning, then: Choose): JobAction | null {
  const { job, now } = planning;
  return job.trouble !== null && job.trouble.notBefore > now ? null : then(planning);
}

function observe(fact: JobFact): JobAction {
  return { kind: 'observe', fact };
}
