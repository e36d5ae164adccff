import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';

/** The keeper that came with this program: inside the single executable, or beside the single file. Undefined where there is none. */
export function shippedKeeper(data: string): string | undefined {
  if (isSea()) return unpacked(data, new Uint8Array(getRawAsset('keeper')));
  const beside = join(dirname(process.argv[1] ?? ''), `errand-keeper-${process.platform}-${process.arch}`);
  return existsSync(beside) ? beside : undefined;
}

/** Only a file can be executed. One of another version may be at work and stays. */
function unpacked(data: string, bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const folder = join(data, 'keeper');
  const path = join(folder, `errand-keeper-${hash}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, bytes);
  chmodSync(draft, 0o700);
  renameSync(draft, path);
  return path;
}
