import { afterEach, expect, it, vi } from 'vitest';
import { followEvents, parseEvents } from './events.ts';
import type { FetchInit } from './fetch.ts';
import { Transport } from './transport.ts';

afterEach(() => vi.useRealTimers());

it('cuts a stream into events however it arrives', async () => {
  const text = ': hello\n\nevent: run\nid: 7\ndata: {"id":"run_1",\ndata: "name":"ü"}\n\ndata: 1\r\n\r\n';
  for (const size of [1, 2, 7, 1_000]) {
    const events = await Array.fromAsync(parseEvents(cut(Buffer.from(text), size)));
    expect(events).toEqual([
      { event: 'run', id: '7', data: { id: 'run_1', name: 'ü' } },
      { event: 'message', id: '', data: 1 },
    ]);
  }
});

it('asks again on a line that went silent, and stays on one that gives signs of life', async () => {
  vi.useFakeTimers();
  const lines: ReadableStreamDefaultController<Uint8Array>[] = [];
  const fetch = async (_url: string, { signal }: FetchInit): Promise<Response> =>
    new Response(
      new ReadableStream({
        start: (line) => {
          lines.push(line);
          signal?.addEventListener('abort', () => line.error(signal.reason));
        },
      }),
    );
  const events = followEvents(new Transport({ url: 'http://errand.test', fetch }));
  expect((await events.next()).value).toMatchObject({ event: 'open' });
  const again = events.next();
  for (let beats = 0; beats < 10; beats += 1) {
    await vi.advanceTimersByTimeAsync(15_000);
    lines[0]?.enqueue(Buffer.from(': still here\n\n'));
  }
  expect(lines).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(65_000);
  expect(lines).toHaveLength(2);
  expect((await again).value).toMatchObject({ event: 'open' });
  await events.return(undefined);
});

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
