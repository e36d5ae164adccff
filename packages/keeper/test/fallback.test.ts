import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRunFile,
  FALLBACK_MISSING,
  fallbackScript,
  readRunFile,
  runWithFallback,
  type SpoolEnd,
} from '@errand/agent/keeper';
import { afterAll, describe, expect, it } from 'vitest';
import { alive, nap, untilTrue } from './kept.ts';

describe('the sh fallback', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fallback-'));
  let last = 0;
  afterAll(() => rmSync(folder, { recursive: true }));

  function start(argv: string[]): { prefix: string; pid: number; ended: Promise<SpoolEnd | undefined> } {
    last += 1;
    const prefix = join(folder, `a${last}`);
    createRunFile(prefix, 'test');
    const env = { PATH: '/usr/bin:/bin', GIVEN: "it's 1" };
    const { pid, ended } = runWithFallback({ script: fallbackScript(), prefix, argv, cwd: folder, env });
    if (pid === undefined) throw new Error('sh did not start');
    return { prefix, pid, ended };
  }

  it('runs a command in the folder and environment given, and records its end', async () => {
    const { prefix, ended } = start([
      'sh',
      '-c',
      'echo "$1 $GIVEN"; pwd; echo err >/dev/stderr; exit 7',
      'sh',
      "a 'b' $(c)",
    ]);
    expect(await ended).toMatchObject({
      how: { kind: 'exited', code: 7 },
      cause: undefined,
      dropped: 0,
      left: 0,
    });
    expect(readFileSync(`${prefix}.log`, 'utf8')).toBe(`a 'b' $(c) it's 1\n${folder}\nerr\n`);
    const { attempt, exec, end } = readRunFile(prefix);
    expect(attempt).toBe('test');
    expect(exec?.pid).toBeGreaterThan(0);
    expect(end?.bytes).toBe(readFileSync(`${prefix}.log`).length);
  });

  it('never executes an attempt twice', async () => {
    const { prefix, ended } = start(['echo', 'once']);
    await ended;
    const again = spawnSync('sh', [fallbackScript(), 'run', prefix, 'echo', 'twice']);
    expect(again.status).toBe(1);
    expect(readFileSync(`${prefix}.log`, 'utf8')).toBe('once\n');
  });

  it('notes that the end came by a signal to its group, and does not claim that the tree is gone', async () => {
    const sleep = nap();
    const { pid, ended } = start(['sh', '-c', `sleep ${sleep}; echo never`]);
    await untilTrue(() => alive(`sleep\0${sleep}`).length > 0);
    process.kill(-pid, 'SIGTERM');
    expect(await ended).toMatchObject({ how: { kind: 'exited', code: 143 }, cause: 'signaled', left: 1 });
    expect(alive(sleep)).toEqual([]);
  });

  it('says what it cannot do', () => {
    const said = spawnSync('sh', [fallbackScript(), 'missing'], { encoding: 'utf8' });
    expect(said.stdout.trim().split('\n')).toEqual(FALLBACK_MISSING);
    expect(spawnSync('sh', [fallbackScript()]).status).toBe(2);
  });
});
