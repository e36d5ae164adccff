import { setTimeout as sleep } from 'node:timers/promises';
import type { FetchAnswer } from '@errand/sdk';

/** An idle server needs a moment to close its files. */
const PATIENCE_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** Asks until the answer is that of the successor; whoever asks starts it. Answers of the old one, and none while it closes, are passed over. */
export async function untilGone(
  ask: () => Promise<FetchAnswer>,
  isSuccessor: (answer: FetchAnswer) => boolean,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask().catch(() => null);
    await answer?.text().catch(() => '');
    if ((answer !== null && isSuccessor(answer)) || performance.now() > deadline) return;
    await sleep(LOOK_AGAIN_MS);
  }
}
