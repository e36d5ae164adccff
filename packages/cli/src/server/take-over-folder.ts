import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpFetch } from '../connection/http-fetch.ts';
import { isConflict } from './is-conflict.ts';

/** A server that makes room first lets the answers under way end. */
const PATIENCE_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/**
 * Starts something that needs the data folder for itself. Where a server in the background has it, that one is asked to go, and the start is
 * tried again until it has gone. A server that somebody started to stay keeps its folder: then the first failure stands.
 */
export async function takeOverFolder<Started>(
  { socket, embedded }: { readonly socket: string; readonly embedded: boolean },
  start: () => Promise<Started>,
): Promise<Started> {
  try {
    return await start();
  } catch (error) {
    if (embedded || !isConflict(error) || !(await goes(socket))) throw error;
  }
  for (const deadline = performance.now() + PATIENCE_MS; ; ) {
    try {
      return await start();
    } catch (error) {
      if (!isConflict(error) || performance.now() > deadline) throw error;
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Asks the server on the socket to go; true where it said that it does. */
async function goes(socket: string): Promise<boolean> {
  const fetch = createHttpFetch({ socketPath: socket });
  try {
    const answer = await fetch('http://localhost/v1/shutdown?busy=1', { method: 'POST', headers: {} });
    await answer.text();
    return answer.status < 300;
  } catch {
    return false;
  }
}
