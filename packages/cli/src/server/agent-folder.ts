import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** In a clone the files are made when somebody asks for them first, and then kept. */
const SCRIPT = '../../../../scripts/build-agent.ts';
const CACHE = '../../../../.cache/agent';

/** The folder with what makes other machines agents: of the published package, or made from the sources of the clone. */
export function agentFolder(main: string = process.argv[1] ?? ''): () => Promise<string> {
  const published = join(dirname(main), '..', 'agent');
  let made: Promise<string> | undefined;
  return () => {
    if (existsSync(join(published, 'errand-agent.mjs'))) return Promise.resolve(published);
    // A failure is not kept: the next request tries again.
    made ??= makeFolder().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function makeFolder(): Promise<string> {
  const [script, folder] = [SCRIPT, CACHE].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  if (script === undefined || folder === undefined) throw new Error('CLI-1: no paths');
  await promisify(execFile)(process.execPath, [script, '--files-only', '--into', folder]);
  return folder;
}
