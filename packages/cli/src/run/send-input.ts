import type { RunHandle } from '@errand/sdk';

/** Sends our standard input to the run as it comes, until it ends or the run takes no more. */
export async function sendInput(run: RunHandle, signal: AbortSignal): Promise<void> {
  try {
    await run.input(process.stdin, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
