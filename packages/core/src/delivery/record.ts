/**
 * Somebody who submitted a run asked for its output to be brought to addresses of theirs, each a PUT of a whole body. Order: the log, any number
 * of times; the exit status; the size of the log, which tells that nothing follows.
 */
export interface DeliveryRecord {
  readonly runId: string;
  /** The addresses, sealed with the server's key: such addresses carry their permission in themselves. */
  readonly sealedTargets: string;
  readonly createdAt: number;
  readonly progress: DeliveryProgress;
}

/** Bytes of the log as it was sent last (null: never), and of all times together; what else has arrived. */
export interface DeliveryProgress {
  readonly lastBytes: number | null;
  readonly sentBytes: number;
  readonly exitSent: boolean;
}

export const NOTHING_DELIVERED: DeliveryProgress = { lastBytes: null, sentBytes: 0, exitSent: false };
