import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRunFile,
  decodeEvent,
  encodeMessage,
  keeperBinary,
  MESSAGE_LIMIT,
  type Message,
  MessageDecoder,
  parseEnd,
  parseIndex,
  readIndex,
  readRunFile,
  writeAttempt,
} from '@errand/agent/keeper';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('messages', () => {
  it('come out as they went in, however the bytes are cut', () => {
    const message = fc.tuple(
      fc.constantFrom('S', 'K', 'x'),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.infiniteStream(fc.nat(30)), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(([type, fields]) => encodeMessage(type, fields)));
        const decoder = new MessageDecoder();
        const heard: Message[] = [];
        for (let at = 0; at < bytes.length; ) {
          const length = Number(cuts.next().value) + 1;
          heard.push(...decoder.push(bytes.subarray(at, at + length)));
          at += length;
        }
        expect(heard).toEqual(
          messages.map(([type, fields]) => ({ type, fields: fields.map((field) => Buffer.from(field)) })),
        );
      }),
    );
  });

  it('over the limit or broken are refused', () => {
    expect(() => encodeMessage('S', [Buffer.alloc(MESSAGE_LIMIT)])).toThrow(RangeError);
    expect(() => new MessageDecoder().push(Buffer.from([0, 0, 0, 0]))).toThrow(RangeError);
    expect(() => new MessageDecoder().push(Buffer.from([255, 255, 255, 255]))).toThrow(RangeError);
    expect(() => new MessageDecoder().push(Buffer.from([3, 0, 0, 0, 83, 1, 1]))).toThrow(RangeError);
    expect(() => decodeEvent({ type: 's', fields: [Buffer.from('id')] })).toThrow('left out field 1');
    expect(() => decodeEvent({ type: 'e', fields: [Buffer.from('id'), Buffer.from('end?')] })).toThrow(
      'no end line',
    );
  });

  it('of a newer keeper are passed over', () => {
    expect(decodeEvent({ type: '~', fields: [] })).toBeUndefined();
  });
});

describe('an end line', () => {
  const rest = 'bytes=12 dropped=3 why=cap left=2 oom=1 time=20 started=10';

  it('becomes a value, whichever way the command ended', () => {
    const end = { bytes: 12, dropped: 3, why: 'cap', left: 2, oom: true, endedAt: 20, startedAt: 10 };
    expect(parseEnd(`end exited 7 cause=- ${rest}   \n`)).toEqual({
      ...end,
      how: { kind: 'exited', code: 7 },
      cause: undefined,
    });
    expect(parseEnd(`end signaled 9 cause=canceled ${rest}`)).toEqual({
      ...end,
      how: { kind: 'signaled', signal: 9 },
      cause: 'canceled',
    });
    expect(parseEnd(`end spawn_failed 2 cwd cause=- ${rest} newer=1`)?.how).toEqual({
      kind: 'spawn_failed',
      errno: 2,
      stage: 'cwd',
    });
  });

  it('is not made of anything else', () => {
    for (const line of [
      '',
      'end',
      `end exploded 1 cause=- ${rest}`,
      `end exited x cause=- ${rest}`,
      `end exited 1 cause=- bytes=1`,
    ])
      expect(parseEnd(line)).toBeUndefined();
    expect(parseEnd(`end spawn_failed 2 nowhere cause=- ${rest}`)).toBeUndefined();
  });
});

describe('the files of an attempt', () => {
  it('hold what was written, and only whole slots and records', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-'));
    const prefix = join(folder, 'a');
    createRunFile(prefix, 'one');
    expect(readRunFile(prefix)).toEqual({ attempt: 'one', exec: undefined, end: undefined });
    writeAttempt(prefix, 'two');
    expect(readRunFile(prefix).attempt).toBe('two');
    expect(() => createRunFile(prefix, 'again')).toThrow('EEXIST');
    expect(() => writeAttempt(prefix, 'x'.repeat(300))).toThrow(RangeError);
    expect(readIndex(prefix)).toEqual([]);
    rmSync(folder, { recursive: true });
    const records = Buffer.alloc(40);
    records.writeBigUInt64LE(5n, 0);
    records.writeBigUInt64LE((1234n << 8n) | 2n, 8);
    records.writeBigUInt64LE(5n, 16);
    expect(parseIndex(records)).toEqual([
      { end: 5, time: 1234, stream: 'stderr' },
      { end: 5, time: 0, stream: 'gap' },
    ]);
  });
});

describe('the path of a build', () => {
  it('is known where a build exists, and nowhere else', () => {
    expect(keeperBinary({ platform: 'linux', arch: 'arm64' })).toMatch(/errand-keeper-linux-arm64$/);
    expect(keeperBinary({ platform: 'plan9', arch: 'x64' })).toBeUndefined();
    expect(keeperBinary({ folder: '/nowhere', platform: 'linux', arch: 'x64' })).toBeUndefined();
  });
});
