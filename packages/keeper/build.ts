import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiler comes from PyPI in one pinned version: the same sources then give the same bytes everywhere. */
const ZIGLANG = 'ziglang==0.17.1';

const TARGETS = {
  'linux-x64': 'x86_64-linux-musl',
  'linux-arm64': 'aarch64-linux-musl',
  'darwin-x64': 'x86_64-macos.13.0',
  'darwin-arm64': 'aarch64-macos.13.0',
} as const;

const FLAGS = words(
  '-std=gnu11 -O2 -s -g0 -fno-ident -fno-sanitize=all -ffunction-sections -fdata-sections -Wall -Wextra -Werror',
);
const LINUX = words('-static -Wl,--gc-sections -Wl,--build-id=none');
/** Its own folder stands in for what the other sources expect of Linux. */
const MACOS = words('-Wl,-dead_strip -include macos/linux.h -Imacos');
/** What macOS does otherwise, in src/macos. */
const LINUX_ONLY = ['cgroup.c', 'end.c', 'hold.c', 'mark.c', 'oom.c', 'result.c', 'tree.c'];

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));
const builds = join(here, 'builds');

if (process.argv.includes('--check')) check();
else build(builds);

/** Builds into a scratch folder and compares with what is committed. */
function check(): void {
  const scratch = join(cache, 'keeper-check');
  rmSync(scratch, { recursive: true, force: true });
  build(scratch);
  const different = readdirSync(scratch).filter(
    (name) => !existsSync(join(builds, name)) || digest(join(scratch, name)) !== digest(join(builds, name)),
  );
  if (different.length > 0) {
    console.error(`not what the sources give: ${different.join(', ')}; npm run build -w @errand/keeper`);
    process.exit(1);
  }
  console.log('the committed builds are what the sources give');
}

function build(folder: string): void {
  const python = compiler();
  mkdirSync(folder, { recursive: true });
  const sums = Object.entries(TARGETS).map(([name, target]) => {
    const file = `errand-keeper-${name}`;
    compile(python, target, join(folder, file));
    return `${digest(join(folder, file))}  ${file}\n`;
  });
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  process.stdout.write(sums.join(''));
}

function compile(python: string, target: string, output: string): void {
  const sources = cFiles('.');
  if (target.includes('macos')) compileMacos({ python, target, output, sources });
  else zigCc(python, target, [...FLAGS, ...LINUX, '-o', output, ...sources]);
  chmodSync(output, 0o755);
}

interface MacosBuild {
  readonly python: string;
  readonly target: string;
  readonly output: string;
  readonly sources: readonly string[];
}

/** The end of a run is that of Linux but for one number, which src/macos/missing.c puts right. */
function compileMacos({ python, target, output, sources }: MacosBuild): void {
  const end = `${output}.end.o`;
  zigCc(python, target, [...FLAGS, ...MACOS, '-Drun_end=run_end_as_found', '-c', 'end.c', '-o', end]);
  const shared = sources.filter((name) => !LINUX_ONLY.includes(name));
  zigCc(python, target, [...FLAGS, ...MACOS, '-o', output, ...shared, ...cFiles('macos'), end]);
  rmSync(end);
}

function cFiles(folder: string): string[] {
  return readdirSync(join(here, 'src', folder))
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(folder, name))
    .sort();
}

function zigCc(python: string, target: string, args: readonly string[]): void {
  const zig = [python, '-m', 'ziglang', 'cc', '-target', target, ...args];
  run('env', [`ZIG_GLOBAL_CACHE_DIR=${join(cache, 'zig-cache')}`, ...zig], join(here, 'src'));
}

/** The python of a virtual environment that has the compiler; made when it is not there. */
function compiler(): string {
  const folder = join(cache, ZIGLANG.replace('==', '-'));
  const python = join(folder, 'bin', 'python');
  if (spawnSync(python, ['-m', 'ziglang', 'version']).status === 0) return python;
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder], here);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ZIGLANG], here);
  return python;
}

function run(command: string, args: string[], cwd: string): void {
  const result = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (result.error !== undefined) throw new Error(`${command}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ended with ${result.status ?? result.signal}`);
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function words(text: string): string[] {
  return text.split(' ');
}
