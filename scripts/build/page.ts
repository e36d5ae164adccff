import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { root } from '../tree/files.ts';

const WEB = join(root, 'packages/web');

/** Where the built page lies, in the repository. */
export const PAGE = join(WEB, 'dist');

/** What the page is made of. When none of it changed there is nothing to build. */
const SOURCES = ['packages/web', 'packages/sdk/src', 'packages/contract/src/wire', 'package-lock.json'];

/** Written last: the hash of what the page was built from. */
const STAMP = join(PAGE, '.built-from');

/** Builds the page, with compressed forms of its files beside them, unless it is there already. Says whether it had to. */
export async function buildPage(): Promise<boolean> {
  const sources = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return false;
  rmSync(PAGE, { recursive: true, force: true });
  // In a process of its own: whatever this one is for (a test, say), the page is built to be served.
  await promisify(execFile)(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', WEB, '--logLevel', 'error'],
    { cwd: root, env: { ...process.env, NODE_ENV: 'production' } },
  );
  for (const file of filesOf(PAGE)) compress(file);
  writeFileSync(STAMP, sources);
  return true;
}

const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.webmanifest']);

function compress(file: string): void {
  if (!COMPRESSED.has(extname(file))) return;
  const plain = readFileSync(file);
  const parameters = { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  const forms = { br: brotliCompressSync(plain, { params: parameters }), gz: gzipSync(plain, { level: 9 }) };
  for (const [ending, bytes] of Object.entries(forms))
    if (bytes.length < plain.length) writeFileSync(`${file}.${ending}`, bytes);
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(root, source);
    for (const file of statSync(path).isDirectory() ? filesOf(path) : [path])
      hash
        .update(`${file.slice(root.length)}\0`)
        .update(readFileSync(file))
        .update('\0');
  }
  return hash.digest('hex');
}

/** All files below a folder, in the order of their names; not what was built or installed there. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return [path];
      return entry.name === 'node_modules' || path === PAGE ? [] : filesOf(path);
    });
}
