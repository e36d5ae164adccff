import type { OutputPiece, OutputWish } from '@errand/core';
import type Docker from 'dockerode';

/** What a container's own command has written, as the engine keeps it. */
export async function outputOf(
  container: Docker.Container,
  { lines, follow, signal }: OutputWish,
): Promise<AsyncIterable<OutputPiece>> {
  const wanted = { stdout: true, stderr: true, tail: lines, abortSignal: signal };
  if (follow) return piecesOf(await container.logs({ ...wanted, follow: true }), signal);
  // At most what the engine keeps of it, which the container is made with.
  return piecesOf([await container.logs({ ...wanted, follow: false })], signal);
}

const HEAD_BYTES = 8;

/** The engine sends pieces with a head: u8 stream, 3 zeros, u32 length in network order. */
async function* piecesOf(
  source: AsyncIterable<string | Buffer> | Iterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<OutputPiece> {
  let held: Buffer = Buffer.alloc(0);
  let left = 0;
  let stream: OutputPiece['stream'] = 'stdout';
  try {
    for await (const chunk of source) {
      held = Buffer.concat([held, Buffer.from(chunk)]);
      while (left > 0 ? held.length > 0 : held.length >= HEAD_BYTES) {
        if (left === 0) {
          stream = held[0] === 2 ? 'stderr' : 'stdout';
          left = held.readUInt32BE(4);
          held = held.subarray(HEAD_BYTES);
          continue;
        }
        const bytes = held.subarray(0, left);
        left -= bytes.length;
        held = held.subarray(bytes.length);
        yield { stream, bytes };
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
