import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { LogServer, streamAt } from '../test/log-server.ts';
import { followLog, type LogPiece } from './follow-log.ts';
import { Transport } from './transport.ts';

it('shows every byte once though the line is cut 50 times, and ends with the run', async () => {
  const log = randomBytes(60_000);
  await using server = await new LogServer(log, 50).listen();
  const transport = new Transport({ url: server.url });
  const got = Buffer.alloc(log.length);
  let next = 0;
  let end: LogPiece | undefined;
  for await (const piece of followLog(transport, 'run_1')) {
    if (piece.kind === 'end') end = piece;
    else {
      expect(piece.offset).toBe(next);
      expect(piece.stream).toBe(streamAt(piece.offset));
      got.set(piece.bytes, piece.offset);
      next += piece.bytes.length;
    }
  }
  expect(got.equals(log)).toBe(true);
  expect(end).toMatchObject({ kind: 'end', offset: log.length, run: { exitCode: 7 } });
  expect(server.requests).toHaveLength(51);
});

it('stays with the attempt it began with', async () => {
  await using server = await new LogServer(randomBytes(5_000), 2).listen();
  const transport = new Transport({ url: server.url });
  await Array.fromAsync(followLog(transport, 'run_1'));
  expect(server.requests[0]).not.toContain('attempt');
  expect(server.requests.slice(1).every((request) => request.includes('attempt=3'))).toBe(true);
});

it('begins where it is told to', async () => {
  await using server = await new LogServer(Buffer.from('0123456789'), 0).listen();
  const pieces = await Array.fromAsync(followLog(new Transport({ url: server.url }), 'run_1', { from: 4 }));
  const text = pieces
    .map((piece) => (piece.kind === 'data' ? Buffer.from(piece.bytes).toString() : '|'))
    .join('');
  expect(text).toBe('456789|');
});

it('gives up with the reason of the signal', async () => {
  await using server = await new LogServer(randomBytes(10), 1_000).listen();
  const signal = AbortSignal.timeout(100);
  const reading = Array.fromAsync(followLog(new Transport({ url: server.url }), 'run_1', { signal }));
  await expect(reading).rejects.toThrow(/timeout/);
});

it('gives up when nothing has worked for long enough', async () => {
  const server = await new LogServer(randomBytes(10), 0).listen();
  const transport = new Transport({ url: server.url });
  await Array.fromAsync(followLog(transport, 'run_1'));
  await server[Symbol.asyncDispose]();
  const reading = Array.fromAsync(followLog(transport, 'run_1', { patienceMs: 150 }));
  await expect(reading).rejects.toThrow(/no connection to http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
});
