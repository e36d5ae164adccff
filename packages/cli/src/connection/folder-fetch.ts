import type { Fetch, FetchAnswer } from '@errand/sdk';
import type { Environment } from '../config.ts';
import { VERSION } from '../version.ts';
import { causeOf } from './cause.ts';
import { openDataFolder } from './data-folder.ts';
import { createHttpFetch } from './http-fetch.ts';

const ORIGIN = 'http://localhost';

/**
 * A fetch that reaches the server of a data folder over its socket, and starts that server where none is there: at first, and again
 * should it die meanwhile. An idle server of another version is replaced before the first call.
 */
export function createFolderFetch(
  data: string,
  environment: Environment,
  say: (note: string) => void,
): Fetch {
  const folder = openDataFolder(data, environment);
  const fetch = createHttpFetch({ socketPath: folder.socket });
  const revived: Fetch = async (url, init) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (!NOBODY_THERE.has(causeOf(error))) throw error;
      const { startServer } = await import('./start-server.ts');
      await startServer(folder, error);
    }
    return await fetch(url, init);
  };
  // Asked at once: the answer comes while the caller still loads what it needs for its own call.
  const ready = replaceOther(revived, say);
  ready.catch(() => undefined);
  return async (url, init) => {
    await ready;
    return await revived(url, init);
  };
}

const NOBODY_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED']);

async function replaceOther(fetch: Fetch, say: (note: string) => void): Promise<void> {
  const running = versionOf(await settled(fetch(`${ORIGIN}/healthz`, { method: 'GET', headers: {} })));
  if (running === VERSION) return;
  const answer = await settled(fetch(`${ORIGIN}/v1/shutdown`, { method: 'POST', headers: {} }));
  if (answer.status >= 300) {
    say(
      `the server in the background has version ${running}, this is ${VERSION}; it is busy and stays until it is idle`,
    );
    return;
  }
  const { untilGone } = await import('./until-gone.ts');
  await untilGone(
    () => fetch(`${ORIGIN}/healthz`, { method: 'GET', headers: {} }),
    (now) => versionOf(now) === VERSION,
  );
}

function versionOf(answer: FetchAnswer): string {
  return answer.headers.get('errand-version') ?? '';
}

/** A connection is free for the next call once the body was read. */
async function settled(pending: Promise<FetchAnswer>): Promise<FetchAnswer> {
  const answer = await pending;
  await answer.text();
  return answer;
}
