import { expect, it } from 'vitest';
import type { Output } from '../output/output.ts';
import { withTimes } from './timed-lines.ts';

it('puts time and stream before each line, however the pieces are cut', async () => {
  let text = '';
  const output = {
    write: async (bytes: Uint8Array) => void (text += Buffer.from(bytes).toString()),
  } as unknown as Output;
  const sink = withTimes(output);
  const pieces = [
    ['stdout', 'one\ntw'],
    ['stdout', 'o\n'],
    ['stdout', 'half'],
    ['stderr', 'err\n'],
    ['stdout', 'end'],
  ] as const;
  for (const [index, [stream, bytes]] of pieces.entries())
    await sink.piece({ kind: 'data', stream, time: index, offset: 0, bytes: Buffer.from(bytes) });
  expect(text).toBe(
    [
      '1970-01-01T00:00:00.000Z stdout one',
      '1970-01-01T00:00:00.000Z stdout two',
      '1970-01-01T00:00:00.002Z stdout half',
      '1970-01-01T00:00:00.003Z stderr err',
      '1970-01-01T00:00:00.004Z stdout end',
    ].join('\n'),
  );
});
