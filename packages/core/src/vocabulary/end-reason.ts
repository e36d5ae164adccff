import type { RunOutcome } from './run-state.ts';
import { signalName } from './signal.ts';

/** Why an attempt, and with it its run, ended. Reported as a fact by the agent or decided by the lifecycle. */
export type EndReason =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number }
  /** `errno` is the system's error name such as ENOENT; `why` says what could not be done. */
  | {
      readonly kind: 'spawn_failed';
      readonly errno: string;
      readonly stage: SpawnStage;
      readonly why: string;
    }
  | { readonly kind: 'out_of_memory' }
  | { readonly kind: 'disk_full' }
  /** `why`: what the run waited for in its queue, as a sentence. */
  | { readonly kind: 'timed_out'; readonly phase: TimedPhase; readonly why?: string }
  | { readonly kind: 'canceled' }
  /** The tree was killed, but `left` processes of it could not be proven gone (-1: nobody could look). */
  | { readonly kind: 'canceled_unproven'; readonly left: number }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'result_invalid'; readonly why: string }
  /** `why`: what its provider says of it, as a sentence. */
  | { readonly kind: 'machine_gone'; readonly why?: string }
  /** `agent`: why nothing more is heard of it; nothing here: it fell silent. */
  | { readonly kind: 'lost'; readonly agent?: 'revoked' };

/** Whose time was over: the queue's or the run's own, or that of a machine which may only work for so long. */
export const TIMED_PHASES = ['queue', 'run', 'machine'] as const;
export type TimedPhase = (typeof TIMED_PHASES)[number];

/** What failed: the program itself, its working directory, or something around them. */
export const SPAWN_STAGES = ['exec', 'cwd', 'other'] as const;
export type SpawnStage = (typeof SPAWN_STAGES)[number];

export const END_REASON_KINDS = [
  'exited',
  'signaled',
  'spawn_failed',
  'out_of_memory',
  'disk_full',
  'timed_out',
  'canceled',
  'canceled_unproven',
  'refused',
  'result_invalid',
  'machine_gone',
  'lost',
] as const satisfies readonly EndReason['kind'][];
export type EndReasonKind = (typeof END_REASON_KINDS)[number];

/** Everything that follows from a reason. Adding a reason without all four does not compile. */
export interface EndReasonFacts<Reason extends EndReason> {
  /** The visible status of a run that ended so. */
  readonly outcome: (reason: Reason) => RunOutcome;
  /** May another attempt be made when the owner asked for retries? */
  readonly retryable: (reason: Reason) => boolean;
  /** One sentence for people, without the id of the run. */
  readonly sentence: (reason: Reason) => string;
  /** Exit status of a command line that shows the run: the command's own where it has one, 128+n for a signal, 124, 130, 125 for errand's own failures. */
  readonly exitCode: (reason: Reason) => number;
}

const TIMED_OUT: Readonly<Record<TimedPhase, string>> = {
  queue: 'No agent took the run before its queue time-out.',
  run: 'The command ran longer than its time-out.',
  machine: 'The command was ended because the machine it ran on may work no longer.',
};

type FactsByKind = { readonly [Kind in EndReasonKind]: EndReasonFacts<Extract<EndReason, { kind: Kind }>> };

const FAILED = (): RunOutcome => 'failed';
const YES = (): boolean => true;
const NO = (): boolean => false;
const OWN_FAILURE = (): number => 125;

/** As shells do it: 127 where there is no such program, 126 where it or its folder cannot be used. */
const SPAWN_EXIT: Readonly<Record<SpawnStage, (errno: string) => number>> = {
  exec: (errno) => (errno === 'ENOENT' ? 127 : 126),
  cwd: () => 126,
  other: OWN_FAILURE,
};

/** Reason -> outcome, retryable, sentence, exit code. */
export const END_REASONS: FactsByKind = {
  exited: {
    outcome: ({ code }) => (code === 0 ? 'succeeded' : 'failed'),
    retryable: ({ code }) => code !== 0,
    sentence: ({ code }) => (code === 0 ? 'The command succeeded.' : `The command exited with ${code}.`),
    exitCode: ({ code }) => code,
  },
  signaled: {
    outcome: FAILED,
    retryable: YES,
    sentence: ({ signal }) => `The command was ended by ${signalName(signal)}.`,
    exitCode: ({ signal }) => 128 + signal,
  },
  spawn_failed: {
    outcome: FAILED,
    retryable: NO,
    sentence: ({ why, errno }) => `The command could not be started: ${why} (${errno}).`,
    exitCode: ({ errno, stage }) => SPAWN_EXIT[stage](errno),
  },
  out_of_memory: {
    outcome: FAILED,
    retryable: YES,
    sentence: () => 'The command was ended because memory ran out.',
    exitCode: () => 137,
  },
  disk_full: {
    outcome: FAILED,
    retryable: YES,
    sentence: () => 'The command was ended because the disk that holds its log is full.',
    exitCode: OWN_FAILURE,
  },
  timed_out: {
    outcome: () => 'timed_out',
    retryable: ({ phase }) => phase === 'run',
    sentence: ({ phase, why }) => `${TIMED_OUT[phase]}${why === undefined ? '' : ` ${why}`}`,
    exitCode: () => 124,
  },
  canceled: {
    outcome: () => 'canceled',
    retryable: NO,
    sentence: () => 'The run was canceled; none of its processes is left.',
    exitCode: () => 130,
  },
  canceled_unproven: {
    outcome: () => 'canceled',
    retryable: NO,
    sentence: ({ left }) =>
      left < 0
        ? 'The run was canceled, but nobody could look whether processes of it are left.'
        : `The run was canceled, but ${left} of its processes could not be proven gone.`,
    exitCode: () => 130,
  },
  refused: {
    outcome: FAILED,
    retryable: NO,
    sentence: ({ why }) => `The agent refused the run: ${why}`,
    exitCode: OWN_FAILURE,
  },
  result_invalid: {
    outcome: FAILED,
    retryable: NO,
    sentence: ({ why }) => `The command succeeded, but its result is not valid: ${why}`,
    exitCode: OWN_FAILURE,
  },
  machine_gone: {
    outcome: () => 'lost',
    retryable: YES,
    sentence: ({ why }) =>
      `The machine of the run is gone; how the command ended is not known.${why === undefined ? '' : ` ${why}`}`,
    exitCode: OWN_FAILURE,
  },
  lost: {
    outcome: () => 'lost',
    retryable: YES,
    sentence: ({ agent }) =>
      `The agent of the run ${agent === 'revoked' ? 'was revoked' : 'fell silent or lost its keeper'}; how the command ended is not known.`,
    exitCode: OWN_FAILURE,
  },
};

/** The total maps applied to one reason. */
export function describeEnd(reason: EndReason): {
  outcome: RunOutcome;
  retryable: boolean;
  sentence: string;
  exitCode: number;
} {
  // The kind selects the row, so the row accepts the reason; TypeScript cannot follow the correlation.
  const facts = END_REASONS[reason.kind] as EndReasonFacts<EndReason>;
  return {
    outcome: facts.outcome(reason),
    retryable: facts.retryable(reason),
    sentence: facts.sentence(reason),
    exitCode: facts.exitCode(reason),
  };
}
