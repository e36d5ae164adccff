/** When a terminal is hung up whose processes were asked to end: what ends by itself has had its time, and a shell that ignores TERM need not wait for the kill. */
export function hangUpAfterMs(graceMs: number): number {
  return Math.min(HANG_UP_MS, graceMs / 2);
}

const HANG_UP_MS = 2_000;
