import { setTimeout as sleep } from 'node:timers/promises';
import type { RunHandle } from '@errand/sdk';
import type { StatusLine } from '../output/status-line.ts';

const WAITING: ReadonlySet<string> = new Set(['queued', 'starting']);
const LOOK_AGAIN_MS = 500;

/** Says on a terminal what a run waits for, until it has begun: from then on the screen is the command's, but for a word on why nothing may be seen of it. */
export async function showWaiting(run: RunHandle, status: StatusLine, signal: AbortSignal): Promise<void> {
  try {
    while (status.active && WAITING.has(run.latest.status)) {
      status.show(`${run.id}: ${run.latest.why ?? run.latest.status}`);
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
      await run.refresh({ signal });
    }
    const { endedAt, why } = run.latest;
    if (endedAt === null && why !== null) status.note(why);
  } catch {
    // Only a sentence for people was lost; whoever follows the log hears of a real failure.
  }
  status.clear();
}
