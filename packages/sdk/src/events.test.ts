import { expect, it } from 'vitest';
import { parseEvents } from './events.ts';

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

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
