import type { SessionRecord, SessionStore } from '@errand/core';

/** Every session that is not over. */
export async function everyOpenSession(
  sessions: Pick<SessionStore, 'list'>,
): Promise<readonly SessionRecord[]> {
  const all: SessionRecord[] = [];
  for (let after: SessionRecord | null = null; ; after = all.at(-1) ?? null) {
    const page = await sessions.list({ state: OPEN }, { limit: PAGE, after });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

const PAGE = 500;
const OPEN = ['requested', 'creating', 'starting', 'ready', 'stopping', 'stopped', 'deleting'] as const;
