import { FRAMES_MEDIA_TYPE, FrameDecoder } from '@errand/contract/wire';
import { ErrandConnectionError } from './errors.ts';
import { chunksOf } from './fetch.ts';
import type { LogPiece } from './follow-log.ts';
import type { Transport } from './transport.ts';

/** A part of a log, by combined offsets. */
export interface LogPart {
  readonly from: number;
  /** Exclusive. What lies beyond the present end is left out. */
  readonly to: number;
  readonly attempt?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was read, and the size of the log at that moment. */
export interface ReadPart {
  readonly pieces: readonly Extract<LogPiece, { kind: 'data' }>[];
  readonly size: number;
}

/** Reads a part of a log as it stands. Throws `range` where the log is shorter than `from`. */
export async function readLog(
  transport: Transport,
  id: string,
  { from, to, attempt, signal }: LogPart,
): Promise<ReadPart> {
  const answer = await transport.open(
    'readLog',
    { params: { id }, query: { format: 'frames', ...(attempt === undefined ? {} : { attempt }) } },
    { signal, headers: { accept: FRAMES_MEDIA_TYPE, range: `bytes=${from}-${to - 1}` } },
  );
  const decoder = new FrameDecoder();
  const pieces: Extract<LogPiece, { kind: 'data' }>[] = [];
  try {
    for await (const chunk of chunksOf(answer.body))
      for (const frame of decoder.push(chunk)) if (frame.kind === 'data') pieces.push(frame);
  } catch (error) {
    signal?.throwIfAborted();
    throw new ErrandConnectionError(transport.url, error);
  }
  return { pieces, size: sizeOf(answer.headers.get('content-range')) ?? pieces.at(-1)?.offset ?? from };
}

/** `bytes 0-9/100` says 100. */
function sizeOf(range: string | null): number | null {
  const size = /\/(\d+)$/.exec(range ?? '')?.[1];
  return size === undefined ? null : Number(size);
}
