import { rmdirSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../keeper/error-code.ts';

/**
 * Removes a folder with all that is in it, also what commands have made read-only, as Go makes what it downloads. Rejects where something in it belongs to
 * another user, who alone can remove it.
 */
export async function removeFolder(path: string): Promise<void> {
  try {
    // Most commands leave their folder empty, and then this is one quick call.
    rmdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') await removeFull(path);
  }
}

async function removeFull(path: string): Promise<void> {
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    await remove();
  } catch {
    await makeWritable(path);
    await remove();
  }
}

async function makeWritable(folder: string): Promise<void> {
  // What cannot be changed cannot be removed either, and is told of then.
  await chmod(folder, 0o700).catch(() => undefined);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
}
