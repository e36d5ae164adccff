import { describeEnd, type EndReason } from '../vocabulary/end-reason.ts';
import type { JobCause } from '../vocabulary/job-cause.ts';
import type { OutputState } from '../vocabulary/job-state.ts';
import type { ProviderErrorKind } from '../vocabulary/provider-error.ts';
import { endAttempt, giveUp, newAttempt, settleAttempt } from './attempt.ts';
import { type ByJobState, type JobStep, move, next, presentAttempt, same, told } from './lifecycle.ts';
import type { CommandProgress, JobAttempt, JobRecord, OutputProgress, OutputSight } from './record.ts';
import { jobTroubleAfter } from './trouble.ts';

/** What was seen of a job. Facts with an `attempt` speak of that one, and change nothing once the job has gone on without it. Times in ms. */
export type JobFact =
  /** Its session is asked for; from here on it is known by its id. */
  | {
      readonly kind: 'session_made';
      readonly attempt: number;
      readonly sessionId: string;
      readonly now: number;
    }
  /** It cannot be asked for as it is wanted. */
  | { readonly kind: 'session_refused'; readonly attempt: number; readonly why: string; readonly now: number }
  /** Its session is ready; `before`: how the outputs are before anything was executed. */
  | {
      readonly kind: 'session_ready';
      readonly attempt: number;
      readonly before: readonly (OutputSight | null)[];
      readonly now: number;
    }
  /** Its session is not to be used any more, or went away. `lost`: it was ready before. */
  | {
      readonly kind: 'session_ended';
      readonly attempt: number;
      readonly why: string;
      readonly lost: boolean;
      readonly passing: boolean;
      readonly now: number;
    }
  | {
      readonly kind: 'command_made';
      readonly attempt: number;
      readonly command: number;
      readonly runId: string;
      readonly now: number;
    }
  | {
      readonly kind: 'command_ended';
      readonly attempt: number;
      readonly command: number;
      readonly runId: string;
      readonly reason: EndReason;
      readonly now: number;
    }
  /** How the outputs are; `failed`: the first that will not come any more. */
  | {
      readonly kind: 'outputs_seen';
      readonly attempt: number;
      readonly outputs: readonly OutputProgress[];
      readonly failed: number | null;
      readonly now: number;
    }
  /** All outputs are as they were asked for. `warning`: what went wrong beside them. */
  | {
      readonly kind: 'outputs_kept';
      readonly attempt: number;
      readonly warning: string | null;
      readonly now: number;
    }
  /** Something could not be done for a reason that may pass. */
  | {
      readonly kind: 'troubled';
      readonly error: ProviderErrorKind;
      readonly why: string;
      readonly retryAfterMs: number | null;
      readonly now: number;
    }
  /** Something could not be done, and will not be. */
  | {
      readonly kind: 'failed';
      readonly attempt: number;
      readonly why: string;
      readonly passing: boolean;
      readonly now: number;
    }
  /** The clock. */
  | { readonly kind: 'timed_out'; readonly limit: 'attempt' | 'deadline'; readonly now: number }
  /** The session is where the end of the attempt wants it; its provider has confirmed that. */
  | { readonly kind: 'session_settled'; readonly attempt: number; readonly now: number }
  | { readonly kind: 'tear_down_overdue'; readonly attempt: number; readonly now: number };

/** The next record after a fact. Never throws: repeated, late and out-of-order facts are legal. */
export function observeJob(job: JobRecord, fact: JobFact): JobStep {
  if ('attempt' in fact && fact.attempt !== job.past.length + 1) return same();
  const byState = JOB_FACTS[fact.kind] as ByJobState<JobFact>;
  return byState[job.state](job, fact);
}

type Fact<Kind extends JobFact['kind']> = Extract<JobFact, { kind: Kind }>;

/** Nothing but these states has an answer; all others leave the record as it is. */
function only<Event>(answers: Partial<ByJobState<Event>>): ByJobState<Event> {
  return { ...NOTHING, ...answers };
}

const NOTHING: ByJobState<unknown> = {
  queued: same,
  provisioning: same,
  running: same,
  checking: same,
  tearing_down: same,
  waiting: same,
  finished: same,
};

/** Every fact in every state. */
export const JOB_FACTS: { readonly [Kind in JobFact['kind']]: ByJobState<Fact<Kind>> } = {
  // A job that is canceled meanwhile learns here what there is to be torn down.
  session_made: only({ queued: sessionMade, waiting: sessionMade, tearing_down: sessionFound }),
  session_refused: only({ queued: sessionRefused, waiting: sessionRefused }),
  session_ready: only({ provisioning: sessionReady }),
  session_ended: only({ provisioning: sessionEnded, running: sessionEnded, checking: sessionEnded }),
  command_made: only({ running: commandMade }),
  command_ended: only({ running: commandEnded }),
  outputs_seen: only({ checking: outputsSeen }),
  outputs_kept: only({ checking: outputsKept }),
  troubled: only({
    queued: troubled,
    provisioning: troubled,
    running: troubled,
    checking: troubled,
    tearing_down: troubled,
    waiting: troubled,
  }),
  failed: only({ provisioning: failed, running: failed, checking: failed }),
  timed_out: only({
    queued: timedOutUnbegun,
    provisioning: timedOut,
    running: timedOut,
    checking: timedOut,
    waiting: timedOutUnbegun,
  }),
  session_settled: only({ tearing_down: (job, { now }) => settleAttempt(job, now) }),
  tear_down_overdue: only({ tearing_down: (job, { now }) => giveUp(job, now) }),
};

function sessionMade(job: JobRecord, { sessionId, now }: Fact<'session_made'>): JobStep {
  const attempt = newAttempt(job, sessionId, now);
  const which = attempt.number === 1 ? '' : `Attempt ${attempt.number}: `;
  return move({ ...job, attempt }, 'provisioning', { now, text: `${which}Its session is asked for.` });
}

function sessionFound(job: JobRecord, { sessionId }: Fact<'session_made'>): JobStep {
  const attempt = presentAttempt(job);
  return attempt.sessionId === null ? next(job, { attempt: { ...attempt, sessionId } }) : same();
}

function sessionRefused(job: JobRecord, { why, now }: Fact<'session_refused'>): JobStep {
  const attempt = newAttempt(job, null, now);
  return endAttempt({ ...job, attempt }, { kind: 'infrastructure', why, passing: false }, now);
}

function sessionReady(job: JobRecord, { before, now }: Fact<'session_ready'>): JobStep {
  const attempt: JobAttempt = { ...presentAttempt(job), before, beganAt: now };
  return move({ ...job, attempt }, 'running', { now, text: `The session is ready. ${commandText(job, 0)}` });
}

function sessionEnded(job: JobRecord, { why, lost, passing, now }: Fact<'session_ended'>): JobStep {
  const cause: JobCause = lost ? { kind: 'lost', why } : { kind: 'infrastructure', why, passing };
  return endAttempt(job, cause, now);
}

function commandMade(job: JobRecord, { command, runId, now }: Fact<'command_made'>): JobStep {
  const known = presentAttempt(job).commands[command];
  if (known === undefined || known.runId !== null) return same();
  return next(job, { attempt: withCommand(job, command, { ...known, runId, madeAt: now }), trouble: null });
}

function commandEnded(job: JobRecord, { command, runId, reason, now }: Fact<'command_ended'>): JobStep {
  const known = presentAttempt(job).commands[command];
  if (known === undefined || known.runId !== runId || known.reason !== null) return same();
  const attempt = withCommand(job, command, { ...known, endedAt: now, reason });
  const after = { ...job, attempt };
  const { outcome, sentence } = describeEnd(reason);
  if (outcome === 'lost')
    return endAttempt(after, { kind: 'lost', why: `Command ${command + 1}: ${sentence}` }, now);
  if (outcome !== 'succeeded')
    return endAttempt(after, { kind: 'command', command, run: runId, reason }, now);
  if (command + 1 < job.spec.commands.length) {
    const events = told(job, { at: now, kind: 'command', text: commandText(job, command + 1) });
    return next(after, { events, trouble: null });
  }
  if (job.spec.outputs.length === 0) return endAttempt(after, null, now);
  return move(after, 'checking', { now, text: 'Every command succeeded. The outputs are looked at.' });
}

function withCommand(job: JobRecord, command: number, progress: CommandProgress): JobAttempt {
  const attempt = presentAttempt(job);
  return { ...attempt, commands: attempt.commands.with(command, progress) };
}

function commandText({ spec: { commands } }: JobRecord, command: number): string {
  const { text = '' } = commands[command] ?? {};
  return `Command ${command + 1} of ${commands.length}: ${text}`;
}

const OUTPUT_CAUSES: Readonly<Record<OutputState, 'output_missing' | 'output_stale' | 'output_invalid'>> = {
  unchecked: 'output_missing',
  ok: 'output_missing',
  missing: 'output_missing',
  stale: 'output_stale',
  invalid: 'output_invalid',
};

function outputsSeen(job: JobRecord, { outputs, failed: place, now }: Fact<'outputs_seen'>): JobStep {
  const attempt: JobAttempt = { ...presentAttempt(job), outputs };
  const failure = place === null ? undefined : outputs[place];
  if (place === null || failure === undefined) {
    const changed = JSON.stringify(outputs) !== JSON.stringify(presentAttempt(job).outputs);
    return changed || job.trouble !== null ? next(job, { attempt, trouble: null }) : same();
  }
  const why = failure.why ?? 'it is not there';
  return endAttempt({ ...job, attempt }, { kind: OUTPUT_CAUSES[failure.state], output: place, why }, now);
}

function outputsKept(job: JobRecord, { warning, now }: Fact<'outputs_kept'>): JobStep {
  if (presentAttempt(job).outputs.some(({ state }) => state !== 'ok')) return same();
  if (warning === null) return endAttempt(job, null, now);
  const events = told(job, { at: now, kind: 'warning', text: warning });
  return endAttempt({ ...job, warnings: [...job.warnings, warning], events }, null, now);
}

function troubled(job: JobRecord, fact: Fact<'troubled'>): JobStep {
  const trouble = jobTroubleAfter(job.trouble, fact);
  const known = job.trouble?.message === fact.why;
  const events = known ? job.events : told(job, { at: fact.now, kind: 'trouble', text: fact.why });
  return next(job, { trouble, events });
}

function failed(job: JobRecord, { why, passing, now }: Fact<'failed'>): JobStep {
  return endAttempt(job, { kind: 'infrastructure', why, passing }, now);
}

/** Somebody may be asking for its session just now: that is found out in the tear-down, as if there were one. */
function timedOutUnbegun(job: JobRecord, fact: Fact<'timed_out'>): JobStep {
  return timedOut({ ...job, attempt: newAttempt(job, null, fact.now) }, fact);
}

function timedOut(job: JobRecord, { limit, now }: Fact<'timed_out'>): JobStep {
  const { timeoutMs, deadlineMs } = job.spec;
  const limitMs = limit === 'attempt' ? timeoutMs : deadlineMs;
  return endAttempt(job, { kind: 'timed_out', limit, limitMs }, now);
}
