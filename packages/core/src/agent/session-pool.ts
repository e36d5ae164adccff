const PREFIX = 'session:';

/** The queue of a session whose agent came with it: a name that nobody can give a pool, so nothing gets into it but runs in that session. */
export function sessionPool(sessionId: string): string {
  return `${PREFIX}${sessionId}`;
}

/** null: an ordinary pool. */
export function sessionOfPool(pool: string): string | null {
  return isSessionPool(pool) ? pool.slice(PREFIX.length) : null;
}

export function isSessionPool(pool: string): boolean {
  return pool.startsWith(PREFIX);
}
