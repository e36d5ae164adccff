/** Why a run may be tried again. failed: exit other than 0, or a signal. The others are the outcomes of these names. */
export const RETRY_CAUSES = ['failed', 'timed_out', 'lost'] as const;
export type RetryCause = (typeof RETRY_CAUSES)[number];

/** What the tree of a canceled run is told first: INT as Ctrl-C sends it, TERM as everybody else. */
export const CANCEL_SIGNALS = ['INT', 'TERM'] as const;
export type CancelSignal = (typeof CANCEL_SIGNALS)[number];
