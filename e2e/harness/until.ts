import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than anything here takes on a busy machine. What takes longer is broken, not slow. */
const PATIENCE_MS = 60_000;

/** Looks again and again until there is an answer other than false, null and undefined; throws with `what` when that takes too long. */
export async function until<Answer>(
  look: () => Answer | false | null | undefined | Promise<Answer | false | null | undefined>,
  what: string | (() => string),
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await look();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (performance.now() > deadline) {
      throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`);
    }
    await sleep(20);
  }
}
