import { describeEnd, type EndReason } from './end-reason.ts';
import type { RunOutcome } from './run-state.ts';
import { span } from './session-reason.ts';

/** Why an attempt of a job, or the whole job, did not succeed: exactly one, the first. Commands and outputs count from 0. */
export type JobCause =
  | { readonly kind: 'command'; readonly command: number; readonly run: string; readonly reason: EndReason }
  | { readonly kind: 'output_missing'; readonly output: number; readonly why: string }
  /** It is there, but it was there before the commands began. */
  | { readonly kind: 'output_stale'; readonly output: number; readonly why: string }
  | { readonly kind: 'output_invalid'; readonly output: number; readonly why: string }
  /** The session could not be made, looked at or ended. `passing`: may it be different next time? */
  | { readonly kind: 'infrastructure'; readonly why: string; readonly passing: boolean }
  /** The session went away while it was needed, or nobody knows how a command ended. */
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'timed_out'; readonly limit: 'attempt' | 'deadline'; readonly limitMs: number }
  /** `by`: the name of the key. */
  | { readonly kind: 'canceled'; readonly by: string };

export const JOB_CAUSE_KINDS = [
  'command',
  'output_missing',
  'output_stale',
  'output_invalid',
  'infrastructure',
  'lost',
  'timed_out',
  'canceled',
] as const satisfies readonly JobCause['kind'][];
export type JobCauseKind = (typeof JOB_CAUSE_KINDS)[number];

/** Causes for which another attempt can be asked for. */
export const JOB_RETRY_CAUSES = [
  'command',
  'output_missing',
  'output_stale',
  'output_invalid',
  'infrastructure',
  'lost',
  'timed_out',
] as const satisfies readonly JobCauseKind[];
export type JobRetryCause = (typeof JOB_RETRY_CAUSES)[number];

/** Everything that follows from a cause; adding one without all of it does not compile. */
export interface JobCauseFacts<Cause extends JobCause> {
  readonly outcome: RunOutcome;
  /** May another attempt help, if its owner asked for retries by this cause? */
  readonly retryable: (cause: Cause) => boolean;
  /** One sentence for people. */
  readonly sentence: (cause: Cause) => string;
  /** Exit status of a command line that waited for the job; never 0. */
  readonly exitCode: (cause: Cause) => number;
}

const YES = (): boolean => true;
const FAILED = (): number => 1;
const OWN_FAILURE = (): number => 125;

/** Cause -> outcome, retryable, sentence, exit status. */
export const JOB_CAUSES: {
  readonly [Kind in JobCauseKind]: JobCauseFacts<Extract<JobCause, { kind: Kind }>>;
} = {
  command: {
    outcome: 'failed',
    retryable: ({ reason }) => describeEnd(reason).retryable,
    sentence: ({ command, reason }) => `Command ${command + 1}: ${describeEnd(reason).sentence}`,
    exitCode: ({ reason }) => describeEnd(reason).exitCode || 1,
  },
  output_missing: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ output, why }) => `Output ${output + 1} is missing: ${why}`,
    exitCode: FAILED,
  },
  output_stale: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ output, why }) => `Output ${output + 1} is an old one: ${why}`,
    exitCode: FAILED,
  },
  output_invalid: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ output, why }) => `Output ${output + 1} is not as it should be: ${why}`,
    exitCode: FAILED,
  },
  infrastructure: {
    outcome: 'failed',
    retryable: ({ passing }) => passing,
    sentence: ({ why }) => why,
    exitCode: OWN_FAILURE,
  },
  lost: { outcome: 'lost', retryable: YES, sentence: ({ why }) => why, exitCode: OWN_FAILURE },
  timed_out: {
    outcome: 'timed_out',
    retryable: ({ limit }) => limit === 'attempt',
    sentence: ({ limit, limitMs }) =>
      limit === 'attempt'
        ? `The attempt took longer than ${span(limitMs)}.`
        : `The deadline of ${span(limitMs)} for the whole job has passed.`,
    exitCode: () => 124,
  },
  canceled: {
    outcome: 'canceled',
    retryable: () => false,
    sentence: ({ by }) => `Canceled by ${by}.`,
    exitCode: () => 130,
  },
};

/** The total maps applied to one cause. */
export function describeJobCause(cause: JobCause): {
  outcome: RunOutcome;
  retryable: boolean;
  sentence: string;
  exitCode: number;
} {
  // The kind selects the row, so the row accepts the cause; TypeScript cannot follow the correlation.
  const { outcome, retryable, sentence, exitCode } = JOB_CAUSES[cause.kind] as JobCauseFacts<JobCause>;
  return { outcome, retryable: retryable(cause), sentence: sentence(cause), exitCode: exitCode(cause) };
}
