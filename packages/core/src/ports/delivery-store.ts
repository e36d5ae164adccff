import type { DeliveryRecord } from '../delivery/record.ts';

/** What is still to be brought to the callers of runs. The same promises as the run store: what resolved is durable. */
export interface DeliveryStore {
  /** Adds one. A second one for the same run is a `conflict`. */
  insert(delivery: DeliveryRecord): Promise<void>;
  /** Writes down how far it has come. One that was removed meanwhile stays removed. */
  save(delivery: DeliveryRecord): Promise<void>;
  /** Forgets it: it is done or given up. An unknown one is no error. */
  remove(runId: string): Promise<void>;
  /** Everything that is not done, the oldest first. */
  open(): Promise<DeliveryRecord[]>;
}
