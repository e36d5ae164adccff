import { FRAMES_MEDIA_TYPE, type Frame, FrameDecoder } from '@errand/contract/wire';
import { ErrandConnectionError } from './errors.ts';
import { chunksOf } from './fetch.ts';
import type { Transport } from './transport.ts';

export type OutputPiece = Pick<Extract<Frame, { kind: 'data' }>, 'stream' | 'bytes'>;

export interface SessionLogOptions {
  /** Go on until the command ends. */
  readonly follow?: boolean | undefined;
  /** Begin so many lines before the present end (10,000). */
  readonly lines?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the own command of a session writes. Throws where the line breaks before the end. */
export async function* sessionLog(
  transport: Transport,
  id: string,
  { follow = false, lines, signal }: SessionLogOptions,
): AsyncGenerator<OutputPiece> {
  const query = { follow: follow ? '1' : '0', ...(lines === undefined ? {} : { lines }) };
  const how = { headers: { accept: FRAMES_MEDIA_TYPE }, signal };
  const { body } = await transport.open('readSessionLog', { params: { id }, query }, how);
  const decoder = new FrameDecoder();
  let marks = 0;
  try {
    for await (const chunk of chunksOf(body))
      for (const frame of decoder.push(chunk)) {
        if (frame.kind === 'data') yield frame;
        if (frame.kind === 'mark') marks += 1;
      }
  } catch (error) {
    signal?.throwIfAborted();
    throw new ErrandConnectionError(transport.url, error);
  }
  // One at its beginning, one at its end.
  if (marks < 2) throw new ErrandConnectionError(transport.url, new Error('the log broke off'));
}
