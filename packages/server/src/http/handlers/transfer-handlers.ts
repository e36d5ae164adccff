import { randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErrandError, LIMITS } from '@errand/core';
import type { SomeHandlers } from '../call.ts';

/** At once, of all agents together: a measurement may use the line, not the server. */
const AT_ONCE = 32;
const LIMIT_MS = 30_000;
/** Long enough that nothing on the way compresses it, and made once. */
const PIECE_BYTES = 256 * 1024;
/** So much is moved between two looks at everything else. */
const BREATH_BYTES = 4 * 1024 * 1024;

/** What measures a line: random bytes, and a hole. Nothing is kept, and at most a piece of each transfer is in memory. */
export function transferHandlers(): SomeHandlers<'agentDownload' | 'agentUpload'> {
  let underWay = 0;
  const enter = (): (() => void) => {
    if (underWay >= AT_ONCE)
      throw new ErrandError('unavailable', `${AT_ONCE} transfers are being measured; try again in a minute`);
    underWay += 1;
    let entered = true;
    return () => {
      if (entered) underWay -= 1;
      entered = false;
    };
  };
  return {
    agentDownload: async ({ input, signal }) => {
      const leave = enter();
      const over = AbortSignal.any([signal(), AbortSignal.timeout(LIMIT_MS)]);
      return new Response(randomBytes(input.query.bytes, { over, leave }), {
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(input.query.bytes) },
      });
    },
    agentUpload: async ({ body, signal, hangUp }) => {
      const leave = enter();
      let isOver = false;
      try {
        const over = AbortSignal.any([signal(), AbortSignal.timeout(LIMIT_MS)]);
        // One that sends nothing any more would hold its place.
        over.addEventListener('abort', () => {
          if (!isOver) hangUp();
        });
        return { bytes: body === null ? 0 : await swallowed(body, over) };
      } finally {
        isOver = true;
        leave();
      }
    },
  };
}

let piece: Uint8Array | undefined;

function randomBytes(
  wanted: number,
  { over, leave }: { readonly over: AbortSignal; readonly leave: () => void },
): ReadableStream<Uint8Array> {
  piece ??= randomFillSync(new Uint8Array(PIECE_BYTES));
  const bytes = piece;
  let left = wanted;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      // Whoever reads too slowly, or not at all, does not hold a place for ever.
      over.addEventListener('abort', () => {
        leave();
        if (left > 0) controller.error(new Error('the time of a transfer is over'));
      });
    },
    pull: async (controller) => {
      if (left % BREATH_BYTES === 0) await sleep(0);
      if (over.aborted) return;
      const part = left < bytes.length ? bytes.slice(0, left) : bytes;
      left -= part.length;
      controller.enqueue(part);
      if (left > 0) return;
      leave();
      controller.close();
    },
    cancel: () => leave(),
  });
}

async function swallowed(body: AsyncIterable<Uint8Array>, over: AbortSignal): Promise<number> {
  let bytes = 0;
  let breath = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    breath += chunk.length;
    if (bytes > LIMITS.transferBytes)
      throw new ErrandError('too_large', `send at most ${LIMITS.transferBytes} bytes in one transfer`);
    if (over.aborted) throw new ErrandError('unavailable', `a transfer may take ${LIMIT_MS} ms; send less`);
    if (breath < BREATH_BYTES) continue;
    breath = 0;
    await sleep(0);
  }
  return bytes;
}
