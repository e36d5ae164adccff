import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures depend on and a reader of them must know. */
export interface Surroundings {
  readonly fileSystem: string;
  readonly cpus: string;
  readonly memoryBytes: number;
  readonly node: string;
  readonly commit: string;
  readonly load: string;
}

export function surroundingsOf(folder: string): Surroundings {
  return {
    fileSystem: fileSystemOf(folder),
    cpus: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryBytes: totalmem(),
    node: process.version,
    commit: commit(),
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  };
}

/** The mount that holds the folder, as in `tmpfs on /dev/shm`. Linux only. */
function fileSystemOf(folder: string): string {
  const path = realpathSync(folder);
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, at, type] = line.split(' ');
        return at === undefined || type === undefined ? [] : [{ at, type }];
      });
    const holds = (at: string): boolean => at === '/' || path === at || path.startsWith(`${at}/`);
    // Of two mounts on one place the later counts.
    const best = mounts
      .filter(({ at }) => holds(at))
      .sort((a, b) => a.at.length - b.at.length)
      .at(-1);
    return best === undefined ? 'unknown' : `${best.type} on ${best.at}`;
  } catch {
    return 'unknown';
  }
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ', with changes';
    return git('rev-parse', '--short', 'HEAD') + changed;
  } catch {
    return 'unknown';
  }
}
