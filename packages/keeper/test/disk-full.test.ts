import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requires } from '../../../scripts/requires.ts';
import { Kept } from './kept.ts';
import { aBuild, build, root } from './parts.ts';

requires(aBuild, root)('a full disk', () => {
  let kept: Kept;
  let disk: string;
  beforeAll(async () => {
    kept = await Kept.start(build);
    disk = join(kept.folder, 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { encoding: 'utf8' });
    if (mounted.status !== 0) throw new Error(mounted.stderr);
  });
  afterAll(async () => {
    spawnSync('umount', [disk]);
    await kept[Symbol.asyncDispose]();
  });

  it('ends the tree, says why, and still records the end', async () => {
    const prefix = kept.attempt(disk);
    const { end, log } = await kept.sh('yes errand; echo not reached', { prefix });
    expect(end).toMatchObject({
      how: { kind: 'signaled', signal: 15 },
      cause: 'disk_full',
      why: 'disk_full',
      left: 0,
    });
    expect(end.bytes).toBe(log.length);
    expect(end.bytes).toBeGreaterThan(500_000);
    expect(end.dropped).toBeGreaterThan(0);
    rmSync(`${prefix}.log`);
  });

  it('records the end of a command that writes nothing, and of one that writes', async () => {
    const silent = kept.attempt(disk);
    const loud = kept.attempt(disk);
    const filled = spawnSync('sh', ['-c', `dd if=/dev/zero bs=4096 of=${disk}/filler`], { stdio: 'ignore' });
    expect(filled.status).not.toBe(0);
    const first = await kept.sh('exit 3', { prefix: silent });
    expect(first.end).toMatchObject({ how: { kind: 'exited', code: 3 }, why: 'none' });
    const second = await kept.sh('head -c 500000 /dev/zero; sleep 1000', { prefix: loud });
    expect(second.end).toMatchObject({ cause: 'disk_full', why: 'disk_full' });
    expect(second.end.bytes).toBe(second.log.length);
    expect(second.end.dropped).toBeGreaterThan(0);
    rmSync(join(disk, 'filler'));
  });

  it('does not concern runs on another disk', async () => {
    writeFileSync(join(kept.folder, 'elsewhere'), '');
    expect((await kept.sh('echo fine')).end).toMatchObject({ why: 'none', bytes: 5 });
  });
});
