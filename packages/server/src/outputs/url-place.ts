import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  ErrandError,
  type OutputPlace,
  type OutputSight,
  type OutputTarget,
  ProviderError,
} from '@errand/core';
import { type Asking, askUrl } from '../outbound/fetch-file.ts';
import { unbroken } from './unbroken.ts';

const CALL_MS = 30_000;
const READ_MS = 30 * 60_000;
/** As many as browsers follow before they call it a circle (Fetch, 4.5). */
const MOST_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Outputs behind an address, seen by a GET whose body is not read; with a body for its length only where no header tells it. The address is somebody else's: it
 * must be https outside of private networks, and so must whatever it leads to, unless its host is `allowed`.
 */
export function urlPlace(allowed: readonly string[]): OutputPlace {
  const get = (target: OutputTarget, ms: number): Promise<IncomingMessage | null> =>
    ask(urlOf(target), { allowed, signal: AbortSignal.timeout(ms) });
  return {
    look: async (target) => {
      const answer = await get(target, CALL_MS);
      if (answer === null) return null;
      const { 'content-length': length } = answer.headers;
      const bytes = length === undefined ? await lengthOf(unbroken(answer, urlOf(target))) : Number(length);
      answer.destroy();
      return sightOf(answer.headers, bytes);
    },
    checksum: async (target, algorithm) => {
      const answer = await get(target, READ_MS);
      if (answer === null) return null;
      const hash = createHash(algorithm);
      for await (const piece of unbroken(answer, urlOf(target))) hash.update(piece);
      return hash.digest('hex');
    },
    putBeside: async () => null,
  };
}

function urlOf(target: OutputTarget): string {
  if (target.kind === 'url') return target.url;
  throw new ProviderError('config', `an address is no ${target.kind}`);
}

/** null: there is nothing. */
async function ask(url: string, asking: Asking): Promise<IncomingMessage | null> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await askUrl(at, asking).catch((cause: unknown) => Promise.reject(placeError(cause)));
    const { statusCode: status = 0, headers } = answer;
    if (status >= 200 && status < 300) return answer;
    answer.destroy();
    if (status === 404 || status === 410) return null;
    if (!REDIRECTS.has(status) || headers.location === undefined || !URL.canParse(headers.location, at)) {
      const kind = status === 401 || status === 403 ? 'auth' : 'transient';
      throw new ProviderError(kind, `${url} answered ${status}`);
    }
    at = new URL(headers.location, at).href;
  }
  throw new ProviderError('config', `${url} leads in a circle`);
}

/** What must not be called will not be allowed by itself; everything else may be different in a moment. */
function placeError(error: unknown): unknown {
  if (!(error instanceof ErrandError)) return error;
  return new ProviderError(error.code === 'invalid' ? 'config' : 'transient', error.message, {
    cause: error,
  });
}

async function lengthOf(content: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const piece of content) bytes += piece.length;
  return bytes;
}

function sightOf(headers: IncomingMessage['headers'], bytes: number): OutputSight {
  const modifiedAt = Date.parse(headers['last-modified'] ?? '');
  return { modifiedAt: Number.isNaN(modifiedAt) ? null : modifiedAt, bytes, tag: headers.etag ?? null };
}
