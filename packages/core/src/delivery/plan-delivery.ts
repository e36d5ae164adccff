import type { DeliveryProgress } from './record.ts';

/** What should be sent now. `wait`: nothing before the log has grown or the run has ended. */
export type DeliveryStep = 'log' | 'exit' | 'size' | 'wait';

/**
 * The log goes out again when it has grown by half, but never so often that all times together come to more than three times its size: while
 * it grows, what was sent before must not exceed what is sent now. At the end it goes out whole, then the exit status, then the size.
 */
export function planDelivery(
  { lastBytes, sentBytes, exitSent }: DeliveryProgress,
  log: { readonly bytes: number; readonly ended: boolean },
): DeliveryStep {
  const { bytes, ended } = log;
  if (ended) {
    if (lastBytes !== bytes) return 'log';
    return exitSent ? 'size' : 'exit';
  }
  const grewByHalf = bytes >= 1.5 * (lastBytes ?? 0);
  return bytes > (lastBytes ?? 0) && grewByHalf && sentBytes <= bytes ? 'log' : 'wait';
}
