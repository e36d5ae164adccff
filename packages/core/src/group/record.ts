import type { Labels } from '../run/labels.ts';
import type { CancelRequest } from '../run/record.ts';

/** One run on each of several agents: who they are is decided when it is made. */
export interface GroupRecord {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly createdBy: string;
  readonly name: string | null;
  readonly pool: string;
  /** What its agents had to have. */
  readonly labels: Labels;
  readonly createdAt: number;
  readonly atOnce: number | null;
  readonly maxFailures: number | null;
  /** The wish to end all of it. */
  readonly cancel: Omit<CancelRequest, 'why'> | null;
  /** There may still be something to do about it: runs that have not finished. */
  readonly open: boolean;
}
