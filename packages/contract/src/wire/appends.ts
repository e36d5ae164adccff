import { dataHeader, FrameDecoder } from './frames.ts';

/**
 * Pieces of the logs of several attempts in one body: a line of JSON that names the attempts, each with the bytes of its frames, then
 * those frames (`frames.ts`) one attempt after the other:
 *
 *     [{"runId": "run_...", "token": 3, "bytes": 61}, ...]\n
 */
export interface NamedPieces {
  readonly runId: string;
  readonly token: number;
  readonly pieces: readonly Piece[];
}

interface Piece {
  readonly offset: number;
  readonly stream: 'stdout' | 'stderr';
  readonly time: number;
  readonly bytes: Uint8Array;
}

export const APPENDS_MEDIA_TYPE = 'application/vnd.errand.appends';

/** So many attempts may be named in one body. */
export const MOST_APPENDS = 1_000;

/** To be sent one after the other; the bytes of the logs are not copied. */
export function encodeAppends(appends: readonly NamedPieces[]): Uint8Array[] {
  const bodies = appends.map(({ pieces }) => pieces.flatMap((piece) => [dataHeader(piece), piece.bytes]));
  const heads = appends.map(({ runId, token }, at) => ({ runId, token, bytes: sizeOf(bodies[at] ?? []) }));
  return [new TextEncoder().encode(`${JSON.stringify(heads)}\n`), ...bodies.flat()];
}

/** What `encodeAppends` made. Throws a RangeError on bytes that no sender of ours writes. */
export function decodeAppends(body: Uint8Array): NamedPieces[] {
  const line = body.indexOf(NEWLINE);
  if (line < 0) throw broken();
  let at = line + 1;
  const appends = headsOf(body.subarray(0, line)).map(({ runId, token, bytes }) => {
    const pieces = piecesOf(body.subarray(at, at + bytes));
    at += bytes;
    return { runId, token, pieces };
  });
  if (at !== body.length) throw broken();
  return appends;
}

interface Head {
  readonly runId: string;
  readonly token: number;
  readonly bytes: number;
}

const NEWLINE = 10;

function headsOf(line: Uint8Array): readonly Head[] {
  let heads: unknown;
  try {
    heads = JSON.parse(new TextDecoder().decode(line));
  } catch {
    throw broken();
  }
  if (!Array.isArray(heads) || heads.length > MOST_APPENDS || !heads.every(isHead)) throw broken();
  return heads;
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null) return false;
  const { runId, token, bytes } = value as Partial<Record<keyof Head, unknown>>;
  return typeof runId === 'string' && isCount(token) && token > 0 && isCount(bytes);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function piecesOf(frames: Uint8Array): Piece[] {
  const decoder = new FrameDecoder();
  const pieces: Piece[] = [];
  for (const frame of decoder.push(frames)) if (frame.kind === 'data') pieces.push(frame);
  if (!decoder.clean) throw broken();
  return pieces;
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function broken(): RangeError {
  return new RangeError('these bytes are not pieces of logs');
}
