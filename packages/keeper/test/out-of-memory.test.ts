import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { type Requirement, requires } from '../../../scripts/requires.ts';
import { Kept, untilTrue } from './kept.ts';
import { aBuild, build, root } from './parts.ts';

const GREEDY = [process.execPath, '-e', 'Buffer.alloc(500_000_000, 1)'];

const home = memoryCgroups();
const memoryCgroup: Requirement = {
  name: 'a cgroup that limits memory',
  ok: home !== null,
  reason: 'run the tests as root where the memory controller is on',
};

requires(
  aBuild,
  root,
  memoryCgroup,
)('a command that is killed', () => {
  it('ran out of memory where the kernel says so of its own cgroup', async () => {
    using group = new MemoryCgroup('own');
    await using kept = await Kept.start({ ...build, wrapper: group.inside });
    const { end } = await kept.run({ argv: GREEDY });
    expect(end).toMatchObject({ how: { kind: 'signaled', signal: 9 }, oom: true });
  });

  it('did not where somebody else on the machine did', async () => {
    using own = new MemoryCgroup('quiet');
    using other = new MemoryCgroup('elsewhere');
    await using kept = await Kept.start({ ...build, wrapper: own.inside });
    const run = await kept.start({ argv: ['/bin/sh', '-c', 'echo $$; exec sleep 1000'] });
    await untilTrue(() => /\n/.test(textOf(`${run.prefix}.log`)));
    const [shell = '', ...rest] = [...other.inside, ...GREEDY];
    const greedy = spawn(shell, rest, { stdio: 'ignore' });
    expect(await once(greedy, 'exit')).toEqual([null, 'SIGKILL']);
    process.kill(Number(textOf(`${run.prefix}.log`)), 'SIGKILL');
    expect((await run.outcome).end).toMatchObject({ how: { kind: 'signaled', signal: 9 }, oom: false });
  });
});

/** A cgroup with a limit, which goes with what runs in it. */
class MemoryCgroup implements Disposable {
  readonly #folder: string;

  constructor(name: string) {
    const { folder, limit } = home as CgroupHome;
    this.#folder = join(folder, `errand-test-${name}-${process.pid}`);
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, limit), String(64 * 1024 * 1024));
  }

  /** Starts in it what follows. */
  get inside(): readonly string[] {
    return ['/bin/sh', '-c', `echo $$ > ${join(this.#folder, 'cgroup.procs')}; exec "$@"`, 'inside'];
  }

  [Symbol.dispose](): void {
    rmdirSync(this.#folder);
  }
}

interface CgroupHome {
  readonly folder: string;
  /** The name of the file that holds the limit of each cgroup in the folder. */
  readonly limit: string;
}

/** Where cgroups that limit memory can be made: in our own of v1, or in the nearest of v2 that hands the controller on. */
function memoryCgroups(): CgroupHome | null {
  const v1 = ownCgroup(/^\d+:memory:(.*)$/m, / (\S+) cgroup \S*\bmemory\b/);
  if (v1 !== null && existsSync(join(v1, 'memory.limit_in_bytes')))
    return { folder: v1, limit: 'memory.limit_in_bytes' };
  for (
    let folder = ownCgroup(/^0::(.*)$/m, / (\S+) cgroup2 /) ?? '/';
    folder !== '/';
    folder = dirname(folder)
  )
    if (textOf(join(folder, 'cgroup.subtree_control')).includes('memory'))
      return { folder, limit: 'memory.max' };
  return null;
}

function ownCgroup(line: RegExp, mounted: RegExp): string | null {
  const inside = line.exec(textOf('/proc/self/cgroup'))?.[1];
  const mount = mounted.exec(textOf('/proc/mounts'))?.[1];
  return inside === undefined || mount === undefined ? null : join(mount, inside);
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
