import { afterAll, beforeAll, expect, it } from 'vitest';
import { requires } from '../../../scripts/requires.ts';
import { alive, Kept, nap } from './kept.ts';
import { arm64, qemu } from './parts.ts';

requires(qemu)('the build for arm64, in an emulator', () => {
  let kept: Kept;
  beforeAll(async () => {
    kept = await Kept.start(arm64);
  });
  afterAll(async () => kept[Symbol.asyncDispose]());

  it('runs a command and labels both streams', async () => {
    const { stdout, stderr, end } = await kept.sh('echo out; echo err > /dev/stderr; exit 137');
    expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
    expect(end).toMatchObject({ how: { kind: 'exited', code: 137 }, left: 0, why: 'none' });
  });

  it('says why a command could not be started', async () => {
    const { end } = await kept.run({ argv: ['no-such-command'] });
    expect(end.how).toEqual({ kind: 'spawn_failed', errno: 2, stage: 'exec' });
  });

  it('ends a tree that tries to stay', async () => {
    const sleep = nap();
    const { end } = await kept.sh(
      `env -i setsid sleep ${sleep} & (trap "" TERM; sleep ${sleep}; :) & exit 3`,
    );
    expect(end).toMatchObject({ how: { kind: 'exited', code: 3 }, left: 0 });
    expect(alive(sleep)).toEqual([]);
  });

  it('gives a terminal', async () => {
    const { log } = await kept.sh('stty size', { tty: { rows: 5, columns: 6 } });
    expect(log.toString()).toBe('5 6\r\n');
  });

  it('stores 20 MB', async () => {
    expect((await kept.sh('head -c 20000000 /dev/zero')).end.bytes).toBe(20_000_000);
  });
});
