import { expect, it } from 'vitest';
import { streamOf } from './log-response.ts';

/** As everything that holds a file, or a line to somebody, as long as it is read. */
function held() {
  const seen = { open: true };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(10);
    } finally {
      seen.open = false;
    }
  }
  async function* passedOn(): AsyncGenerator<Uint8Array> {
    yield* pieces();
  }
  return { seen, content: passedOn() };
}

it('gives back what it reads from, whether or not anybody has begun to read', async () => {
  for (const begins of [true, false]) {
    const { seen, content } = held();
    const reader = streamOf(content).getReader();
    if (begins) await reader.read();
    await reader.cancel();
    expect([begins, seen.open]).toEqual([begins, false]);
  }
});
