import { dataHeader, encodeFrame, FRAMES_MEDIA_TYPE } from '@errand/contract/wire';
import type { OutputPiece } from '@errand/core';
import type { Services } from '../../services.ts';
import { sessionOutput } from '../../use-cases/sessions/session-output.ts';
import type { SomeHandlers } from '../call.ts';
import { streamOf } from '../log-response.ts';

export function sessionOutputHandlers(services: Services): SomeHandlers<'readSessionLog'> {
  return {
    readSessionLog: async ({ actor, input: { params, query }, headers, signal, hangUp }) => {
      const { lines, follow = false } = query;
      const about = { actor, word: params.id };
      const output = await sessionOutput(services.sessions, about, { lines, follow, signal: signal() });
      const framed = headers.get('accept')?.includes(FRAMES_MEDIA_TYPE) === true;
      const whole = endedOr(output, hangUp);
      return new Response(streamOf(framed ? frames(whole, () => services.clock.now()) : bytes(whole)), {
        headers: {
          'content-type': framed ? FRAMES_MEDIA_TYPE : 'application/octet-stream',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
      });
    },
  };
}

/** Plain bytes cannot say that they are not all; so the line breaks. */
async function* endedOr(output: AsyncIterable<OutputPiece>, hangUp: () => void): AsyncGenerator<OutputPiece> {
  try {
    yield* output;
  } catch {
    hangUp();
  }
}

async function* bytes(output: AsyncIterable<OutputPiece>): AsyncGenerator<Uint8Array> {
  for await (const piece of output) yield piece.bytes;
}

/** As those of a log, from the first line that was asked for; a mark at the beginning brings the headers, one at the end says that this is all. */
async function* frames(output: AsyncIterable<OutputPiece>, now: () => number): AsyncGenerator<Uint8Array> {
  let offset = 0;
  yield encodeFrame({ kind: 'mark', offset });
  for await (const piece of output) {
    yield dataHeader({ ...piece, offset, time: now() });
    yield piece.bytes;
    offset += piece.bytes.length;
  }
  yield encodeFrame({ kind: 'mark', offset });
}
