import { Backoff } from './backoff.ts';
import { ErrandConnectionError } from './errors.ts';
import { chunksOf } from './fetch.ts';
import { Silence } from './silence.ts';
import type { Transport } from './transport.ts';

/** One server-sent event: its name, and its data as JSON says it. */
export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export interface EventOptions {
  /** Only those of one run. */
  readonly run?: string;
  readonly signal?: AbortSignal;
}

/**
 * Changes of runs as they happen, for ever: after a lost connection, and on one that went silent, it asks again. What changed while there was no connection is
 * not told; look at the runs themselves after `open`.
 */
export async function* followEvents(
  transport: Transport,
  { run, signal }: EventOptions = {},
): AsyncGenerator<ServerEvent> {
  const backoff = new Backoff(300_000, signal);
  for (;;) {
    const silence = new Silence(signal);
    try {
      const query = run === undefined ? {} : { run };
      const headers = { accept: 'text/event-stream' };
      const answer = await transport.open('followEvents', { query }, { headers, signal: silence.signal });
      backoff.succeeded();
      yield { event: 'open', id: '', data: null };
      yield* parseEvents(silence.between(chunksOf(answer.body)));
      throw new ErrandConnectionError(transport.url, new Error('the stream of events ended'));
    } catch (error) {
      signal?.throwIfAborted();
      const isLost = silence.tooLong || error instanceof TypeError;
      const lost = isLost ? new ErrandConnectionError(transport.url, error) : error;
      if (!transport.mayWorkLater(lost)) throw lost;
      await backoff.failed(lost);
    } finally {
      silence.end();
    }
  }
}

/** Cuts the bytes of an event stream into events. */
export async function* parseEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text = (text + decoder.decode(chunk, { stream: true })).replaceAll('\r\n', '\n');
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== null) yield event;
    }
  }
}

function parseBlock(block: string): ServerEvent | null {
  const fields = new Map<string, string[]>();
  for (const line of block.split('\n')) {
    // A line that begins with a colon is a sign of life.
    const [, name, value = ''] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  const data = fields.get('data');
  if (data === undefined) return null;
  const event = fields.get('event')?.at(-1) ?? 'message';
  return { event, id: fields.get('id')?.at(-1) ?? '', data: JSON.parse(data.join('\n')) as unknown };
}
