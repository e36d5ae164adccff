import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readResultFile } from '../adapters/result-file.ts';
import { SLOT_SIZE } from '../keeper/spool-files.ts';
import { RESULT_BYTES } from '../reported-result.ts';
import { readReport } from './read-report.ts';

const END =
  'end exited 7 cause=- bytes=3 dropped=0 why=none left=0 oom=0 time=1700000000000 started=1690000000000';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'errand-report-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const slot = (text: string): string => `${text.padEnd(SLOT_SIZE - 1)}\n`;
const part = (name: string, bytes: Uint8Array | string): string =>
  `@${name}\n${gzipSync(bytes).toString('base64').replace(/.{76}/g, '$&\n')}\n`;
const runFile = slot('attempt fresh') + slot('exec pid=1 boot=b time=2') + slot(END);

/** As a network brings it: cut anywhere. */
async function* inPieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

const read = (text: string, name: string, mostBytes = 1_000) =>
  readReport(inPieces(text), {
    logPrefix: join(folder, name),
    mostBytes,
    result: join(folder, `${name}.result`),
  });

describe('what a machine says of an attempt', () => {
  it('gives its end, and its log byte for byte, also when it is read again', async () => {
    const log = Buffer.from([0, 255, 10]);
    const text = `@ended\n${part('run', runFile)}${part('idx', 'i')}${part('log', log)}@done\n`;
    for (const _ of [1, 2]) {
      const { state, run } = await read(text, 'whole');
      expect([state, run?.end?.how]).toEqual(['ended', { kind: 'exited', code: 7 }]);
      expect(readFileSync(join(folder, 'whole.log'))).toEqual(log);
    }
  });

  it('is not believed where it is cut off, packed wrongly, or says no end', async () => {
    const whole = `@ended\n${part('run', runFile)}${part('log', 'abc')}`;
    await expect(read(whole, 'cut')).rejects.toThrow('not whole');
    await expect(read('', 'nothing')).rejects.toThrow('not whole');
    await expect(read(`@ended\n${part('run', runFile).slice(0, -20)}\n@done\n`, 'bad')).rejects.toThrow();
    await expect(read('@ended\n@done\n', 'none')).rejects.toThrow('not how');
    expect(await read('@running\n@done\n', 'runs')).toMatchObject({ state: 'running' });
  });

  it('brings what the attempt reported, and is not believed where that is more than a result may have', async () => {
    const saying = (bytes: string): string =>
      `@ended\n${part('run', runFile)}${part('result', bytes)}@done\n`;
    await read(saying('[1]'), 'told');
    expect(readResultFile(join(folder, 'told.result'))).toEqual({ json: '[1]' });
    await expect(read(saying('x'.repeat(RESULT_BYTES + 1)), 'much')).rejects.toThrow('more than it may');
    await read(`@ended\n${part('run', runFile)}${part('problem', 'it is a pipe')}@done\n`, 'none');
    expect(readResultFile(join(folder, 'none.result'))).toEqual({ problem: 'it is a pipe' });
  });

  it('may not be longer than the log may be, however small it comes', async () => {
    const bomb = part('log', Buffer.alloc(10_000_000));
    writeFileSync(join(folder, 'bomb.log'), '');
    await expect(read(`@ended\n${part('run', runFile)}${bomb}@done\n`, 'bomb')).rejects.toThrow(
      'more than it may',
    );
    expect(readFileSync(join(folder, 'bomb.log')).length).toBeLessThanOrEqual(1_000);
  });
});
