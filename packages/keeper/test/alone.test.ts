import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRunFile,
  encodeMessage,
  encodeStart,
  keeperBinary,
  readIndex,
  readRunFile,
} from '@errand/agent/keeper';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilTrue } from './kept.ts';

const BINARY = keeperBinary() ?? '';

/** On Linux a named pipe that is open at both ends never ends, which is how a shell on a machine keeps it. */
describe.runIf(process.platform === 'linux')('a keeper that takes its orders from a pipe', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'errand-alone-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function alone(name: string) {
    const prefix = join(folder, name);
    createRunFile(prefix, 'test');
    spawnSync('mkfifo', [`${prefix}.orders`]);
    const pipe = openSync(`${prefix}.orders`, 'r+');
    const keeper = spawn(BINARY, ['alone'], { stdio: [pipe, 'ignore', 'ignore'], detached: true });
    const exited = once(keeper, 'exit');
    return {
      prefix,
      gone: () => exited,
      order: (...messages: readonly Buffer[]) => void writeSync(pipe, Buffer.concat(messages)),
      close: () => closeSync(pipe),
      ended: () => untilTrue(() => readRunFile(prefix).end !== undefined),
    };
  }

  it('executes what it is told, with its input, and leaves log and end in the files', async () => {
    const { prefix, order, ended, gone, close } = alone('a');
    const argv = ['sh', '-c', 'cat; echo b >&2; exit 7'];
    const start = encodeStart({ id: 'a', prefix, argv, env: ['PATH=/usr/bin:/bin'], stdin: 'stream' });
    order(start, encodeMessage('I', ['a', 'a\n']), encodeMessage('I', ['a', '']));
    await ended();
    expect(readRunFile(prefix).end).toMatchObject({ how: { kind: 'exited', code: 7 }, bytes: 4 });
    expect(readFileSync(`${prefix}.log`, 'utf8')).toBe('a\nb\n');
    expect(readIndex(prefix).map(({ stream }) => stream)).toEqual(['stdout', 'stderr']);
    // Nobody needs it any more.
    order(encodeMessage('F', ['a']));
    await gone();
    close();
  });

  it('ends a tree when it is told to', async () => {
    const { prefix, order, ended, gone, close } = alone('b');
    const argv = ['sh', '-c', '(setsid sleep 1000 &); sleep 1000'];
    order(encodeStart({ id: 'b', prefix, argv, env: ['PATH=/usr/bin:/bin'] }));
    await untilTrue(() => readRunFile(prefix).exec !== undefined);
    order(encodeMessage('K', ['b', '15', '2000', 'canceled']));
    await ended();
    expect(readRunFile(prefix).end).toMatchObject({ cause: 'canceled', left: 0 });
    order(encodeMessage('F', ['b']));
    await gone();
    close();
  });
});
