import type { ProviderErrorKind } from './provider-error.ts';

/** Why a session was stopped or deleted, or why its start failed. */
export type SessionReason =
  /** Somebody asked; `by` is the id of the key. */
  | { readonly kind: 'asked'; readonly by: string }
  | { readonly kind: 'idle'; readonly idleMs: number }
  /** Stopped for so long that it is deleted. */
  | { readonly kind: 'unused'; readonly unusedMs: number }
  | { readonly kind: 'life_ended'; readonly lifeMs: number }
  | { readonly kind: 'lease_ended' }
  /** `why`: what the provider says of it, as a sentence. */
  | { readonly kind: 'machine_gone'; readonly why?: string }
  /** What it runs ended by itself: exit code, or signal. */
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: number | null }
  | { readonly kind: 'out_of_memory' }
  | { readonly kind: 'provider'; readonly error: ProviderErrorKind; readonly why: string }
  | { readonly kind: 'create_timed_out'; readonly limitMs: number; readonly why: string | null }
  | { readonly kind: 'ready_timed_out'; readonly limitMs: number; readonly why: string | null }
  /** The health check itself said that waiting is pointless. */
  | { readonly kind: 'unhealthy'; readonly why: string };

export const SESSION_REASON_KINDS = [
  'asked',
  'idle',
  'unused',
  'life_ended',
  'lease_ended',
  'machine_gone',
  'exited',
  'out_of_memory',
  'provider',
  'create_timed_out',
  'ready_timed_out',
  'unhealthy',
] as const satisfies readonly SessionReason['kind'][];
export type SessionReasonKind = (typeof SESSION_REASON_KINDS)[number];

/** Everything that follows from a reason; adding one without all of it does not compile. */
export interface SessionReasonFacts<Reason extends SessionReason> {
  /** Did something go wrong, or is this how sessions end? */
  readonly outcome: 'ended' | 'failed';
  /** May starting it again help? */
  readonly retryable: (reason: Reason) => boolean;
  /** One sentence for people, without the id of the session. */
  readonly sentence: (reason: Reason) => string;
}

const YES = (): boolean => true;
const NO = (): boolean => false;

/** Reason -> outcome, retryable, sentence. */
export const SESSION_REASONS: {
  readonly [Kind in SessionReasonKind]: SessionReasonFacts<Extract<SessionReason, { kind: Kind }>>;
} = {
  asked: { outcome: 'ended', retryable: YES, sentence: ({ by }) => `Asked for by ${by}.` },
  idle: {
    outcome: 'ended',
    retryable: YES,
    sentence: ({ idleMs }) => `Nothing was done in it for ${span(idleMs)}.`,
  },
  unused: {
    outcome: 'ended',
    retryable: NO,
    sentence: ({ unusedMs }) => `It was stopped for ${span(unusedMs)} and nobody started it.`,
  },
  life_ended: {
    outcome: 'ended',
    retryable: YES,
    sentence: ({ lifeMs }) => `It ran for ${span(lifeMs)}, as long as it may.`,
  },
  lease_ended: {
    outcome: 'failed',
    retryable: YES,
    sentence: () => 'Its lease was not renewed in time, because the control plane was away.',
  },
  machine_gone: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ why }) => why ?? 'The provider says that it is gone, without having been asked to end it.',
  },
  exited: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ code, signal }) =>
      signal === null
        ? `Its command ended with ${code ?? 'an unknown status'}.`
        : `Its command was ended by signal ${signal}.`,
  },
  out_of_memory: {
    outcome: 'failed',
    retryable: YES,
    sentence: () => 'It was ended because memory ran out; give it more memory.',
  },
  provider: {
    outcome: 'failed',
    retryable: ({ error }) => error === 'capacity' || error === 'transient',
    sentence: ({ why }) => `The provider refused: ${why}`,
  },
  create_timed_out: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ limitMs, why }) => `It was not made within ${span(limitMs)}${because(why)}`,
  },
  ready_timed_out: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ limitMs, why }) => `It did not become ready within ${span(limitMs)}${because(why)}`,
  },
  unhealthy: {
    outcome: 'failed',
    retryable: YES,
    sentence: ({ why }) => `Its health check failed for good: ${why}`,
  },
};

/** The total maps applied to one reason. */
export function describeSessionReason(reason: SessionReason): {
  outcome: 'ended' | 'failed';
  retryable: boolean;
  sentence: string;
} {
  // The kind selects the row, so the row accepts the reason; TypeScript cannot follow the correlation.
  const { outcome, retryable, sentence } = SESSION_REASONS[reason.kind] as SessionReasonFacts<SessionReason>;
  return { outcome, retryable: retryable(reason), sentence: sentence(reason) };
}

function because(why: string | null): string {
  return why === null ? '.' : `: ${why}`;
}

/** `90 s`, `45 min`, `36 h`: the largest unit that leaves no more than one decimal. */
export function span(ms: number): string {
  if (ms < 120_000) return `${round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${round(ms / 60_000)} min`;
  return `${round(ms / 3_600_000)} h`;
}

function round(amount: number): number {
  return Math.round(amount * 10) / 10;
}
