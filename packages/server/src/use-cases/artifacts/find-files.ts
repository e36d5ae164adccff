import { patternBase, patternPlace } from '@errand/contract/wire';
import type { FileContent, FileStat, Files, SessionRecord } from '@errand/core';
import type { FileOrders } from '../sessions/file-orders.ts';

/** Where files of a run that ends can be found and read. Throws ErrandErrors as `Files` does. */
export interface RunFiles {
  /** The files and links that patterns mean, with paths from the folder in which it ran. */
  find(patterns: readonly string[]): Promise<readonly FileStat[]>;
  read(path: string): Promise<FileContent>;
}

/** Through the agent that has executed it, as long as it reports the end. */
export function filesOfAttempt(orders: FileOrders, agentId: string, runId: string): RunFiles {
  const about = { sessionId: runId };
  return {
    find: async (patterns) =>
      (await orders.ask(agentId, { ...about, kind: 'find', path: '', patterns })).entries,
    read: async (path) => orders.read(agentId, { ...about, kind: 'read', path }),
  };
}

/** In the container in which it ran: from the folder that its spec names, else that of the image. */
export function filesOfContainer(
  files: Pick<Files<SessionRecord>, 'stat' | 'list' | 'read'>,
  session: SessionRecord,
  cwd: string | null,
): RunFiles {
  const whole = (path: string): string => [cwd, path].filter(Boolean).join('/');
  return {
    find: async (patterns) => {
      const found = new Map<string, FileStat>();
      for (const base of new Set(patterns.map((pattern) => patternBase(pattern).path)))
        for (const each of await below(base)) if (isMeant(patterns, each.path)) found.set(each.path, each);
      return [...found.values()];
    },
    read: (path) => files.read(session, whole(path)),
  };

  async function below(base: string): Promise<readonly FileStat[]> {
    const top = await files.stat(session, whole(base));
    if (top === null) return [];
    if (top.kind !== 'folder') return [{ ...top, path: base }];
    const entries = await files.list(session, whole(base), 'all');
    return entries
      .filter(({ kind }) => kind === 'file' || kind === 'link')
      .map((each) => ({ ...each, path: [base, each.path].filter(Boolean).join('/') }));
  }
}

function isMeant(patterns: readonly string[], path: string): boolean {
  let place = patternPlace(patterns);
  for (const name of path.split('/')) place = place.step(name);
  return place.isMatch;
}
