import type { Session } from '@errand/contract';
import type { HttpClient } from './http.ts';
import { until } from './until.ts';

/** Compute starts in it, on a busy computer. */
const PATIENCE_MS = 150_000;

/** The session of this id or name once it is in this state; the control plane may be away meanwhile. */
export async function settled(http: HttpClient, word: string, state: Session['state']): Promise<Session> {
  return await until(
    async () => {
      const answer = await http.ask('GET', `/v1/sessions/${word}?wait=5s`).catch(() => null);
      const session = answer?.status === 200 ? (JSON.parse(answer.text) as Session) : null;
      return session?.state === state && session;
    },
    `${word} to be ${state}`,
    PATIENCE_MS,
  );
}
