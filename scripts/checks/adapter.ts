export interface Adapter {
  readonly folder: string;
  readonly kind: string;
}

const FOLDER = /^packages\/server\/src\/(stores|providers)\/[^/]+(?=\/)/;
/** What providers share, most of it where compute brings an agent; itself none of them. */
const SHARED = 'packages/server/src/providers/by-agent';

/** The adapter that a file of the server belongs to; undefined: to none. */
export function adapterOf(path: string): Adapter | undefined {
  const [folder, kind] = FOLDER.exec(path) ?? [];
  return folder === undefined || kind === undefined || folder === SHARED ? undefined : { folder, kind };
}

export function isShared(path: string): boolean {
  return path.startsWith(`${SHARED}/`);
}
