import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAppends, encodeAppends, MOST_APPENDS } from './appends.ts';

const piece = fc.record({
  offset: fc.nat(),
  stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  time: fc.nat(),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 50 }),
});
const append = fc.record({
  runId: fc.string(),
  token: fc.integer({ min: 1, max: 1_000_000 }),
  pieces: fc.array(piece, { maxLength: 4 }),
});

describe('pieces of several logs', () => {
  it('arrive as they were sent', () => {
    fc.assert(
      fc.property(fc.array(append, { maxLength: 5 }), (appends) => {
        expect(plain(decodeAppends(Buffer.concat(encodeAppends(appends))))).toEqual(plain(appends));
      }),
    );
  });

  it('are refused where anything is missing or too much', () => {
    const whole = Buffer.concat(
      encodeAppends([
        {
          runId: 'run_1',
          token: 1,
          pieces: [{ offset: 0, stream: 'stdout', time: 1, bytes: Buffer.from('line') }],
        },
      ]),
    );
    for (let length = 0; length < whole.length; length += 1)
      expect(() => decodeAppends(whole.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
    expect(() => decodeAppends(Buffer.concat([whole, Buffer.of(0)]))).toThrow(RangeError);
  });

  it.each([
    '{}',
    'null',
    '[1]',
    '[{"runId":1,"token":1,"bytes":0}]',
    '[{"runId":"a","token":0,"bytes":0}]',
    '[{"runId":"a","token":1,"bytes":-1}]',
    '[{"runId":"a","token":1,"bytes":1e300}]',
    JSON.stringify(Array.from({ length: MOST_APPENDS + 1 }, () => ({ runId: 'a', token: 1, bytes: 0 }))),
  ])('are refused where they are named as %.40s', (line) => {
    expect(() => decodeAppends(Buffer.from(`${line}\n`))).toThrow(RangeError);
  });
});

/** Buffers and arrays of the same bytes are the same. */
function plain(appends: ReturnType<typeof decodeAppends>): unknown {
  return appends.map(({ runId, token, pieces }) => ({
    runId,
    token,
    pieces: pieces.map(({ offset, stream, time, bytes }) => ({ offset, stream, time, bytes: [...bytes] })),
  }));
}
