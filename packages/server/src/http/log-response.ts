import { dataHeader, encodeFrame, FRAMES_MEDIA_TYPE } from '@errand/contract/wire';
import type { LogPiece, RunRecord } from '@errand/core';
import type { FollowStep } from '../use-cases/runs/read-log.ts';
import { presentRun } from './present/run.ts';

/** How a log is written onto the line. */
export interface LogFormat {
  readonly mediaType: string;
  readonly piece: (piece: LogPiece) => Uint8Array[];
  /** Sign of life with the next offset; nothing for plain bytes. */
  readonly mark: (offset: number) => Uint8Array[];
  readonly end: (offset: number, run: RunRecord) => Uint8Array[];
}

const text = new TextEncoder();

const BYTES: LogFormat = {
  mediaType: 'application/octet-stream',
  piece: ({ bytes }) => [bytes],
  mark: () => [],
  end: () => [],
};

const FRAMES: LogFormat = {
  mediaType: FRAMES_MEDIA_TYPE,
  piece: (piece) => [dataHeader(piece), piece.bytes],
  mark: (offset) => [encodeFrame({ kind: 'mark', offset })],
  end: (offset, run) => [encodeFrame({ kind: 'end', offset, json: JSON.stringify(presentRun(run)) })],
};

/** Server-sent events; the id of each is the next offset, so that a browser resumes there by itself (Last-Event-ID). */
const EVENTS: LogFormat = {
  mediaType: 'text/event-stream',
  piece: ({ offset, stream, time, bytes }) => {
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    return [event('log', offset + bytes.length, { offset, stream, time, base64 })];
  },
  mark: (offset) => [text.encode(`id: ${offset}\n: still here\n\n`)],
  end: (offset, run) => [event('end', offset, presentRun(run))],
};

export const LOG_FORMATS = { bytes: BYTES, frames: FRAMES, events: EVENTS } as const;

/** One server-sent event. */
export function event(name: string, id: number | string, data: unknown): Uint8Array {
  return text.encode(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
}

interface Followed {
  readonly format: LogFormat;
  readonly from: number;
  /** Called where the steps stop before the end of the log: plain bytes cannot say so by themselves. */
  readonly onBrokenOff: () => void;
}

/** What a follower reads, on the line. */
export async function* encodeFollowed(
  steps: AsyncIterable<FollowStep>,
  { format, from, onBrokenOff }: Followed,
): AsyncGenerator<Uint8Array> {
  // Brings the headers to the reader before the first byte of a silent command.
  yield* format.mark(from);
  for await (const step of steps) {
    switch (step.kind) {
      case 'piece':
        yield* format.piece(step.piece);
        break;
      case 'beat':
        yield* format.mark(step.offset);
        break;
      case 'end':
        return yield* format.end(step.offset, step.run);
    }
  }
  onBrokenOff();
}

/** What stands in the log now, on the line. */
export async function* encodeRead(
  format: LogFormat,
  pieces: AsyncIterable<LogPiece>,
  next: number,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield* format.piece(piece);
  yield* format.mark(next);
}

/** A body that is made as fast as its reader takes it. */
export function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = pieces[Symbol.asyncIterator]();
  let begun = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        begun = true;
        const { value, done } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        // A generator that has not begun ends without a word to what it was made of, which may hold a file open for it.
        if (!begun) await chunks.next();
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
