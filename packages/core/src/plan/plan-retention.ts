import type { AttemptRef } from '../ports/log-store.ts';

/** A log whose attempt has ended, as far as its keeping depends on it. Times in ms. */
export interface EndedLog {
  readonly log: AttemptRef;
  readonly bytes: number;
  readonly endedAt: number;
  /** When somebody last read of it. */
  readonly readAt: number;
}

export interface Keep {
  readonly runsMs: number;
  readonly logBytes: number;
}

export interface RetentionSnapshot {
  readonly ended: readonly EndedLog[];
  /** What the logs of attempts that go on hold: it counts, but cannot go. */
  readonly openBytes: number;
}

/** A log that somebody read within this time stays: the reader may be on its way to the end. */
const UNREAD_MS = 10 * 60_000;

/**
 * Which logs go, the oldest first: those of runs that are too old to be kept, then as many as it takes to come below the limit. The limit may
 * stay passed, by what is still written or read.
 */
export function planRetention(
  { ended, openBytes }: RetentionSnapshot,
  keep: Keep,
  now: number,
): AttemptRef[] {
  const held = ended.reduce((sum, { bytes }) => sum + bytes, openBytes);
  const unread = ended.filter(({ readAt }) => now - readAt >= UNREAD_MS).sort(oldestFirst);
  const going: AttemptRef[] = [];
  let over = held - keep.logBytes;
  for (const { log, bytes, endedAt } of unread) {
    const isOld = now - endedAt >= keep.runsMs;
    if (!isOld && over <= 0) break;
    going.push(log);
    over -= bytes;
  }
  return going;
}

function oldestFirst(a: EndedLog, b: EndedLog): number {
  if (a.log.runId === b.log.runId) return a.log.token - b.log.token;
  return a.endedAt - b.endedAt || (a.log.runId < b.log.runId ? -1 : 1);
}
