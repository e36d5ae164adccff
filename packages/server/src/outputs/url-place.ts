import { createHash } from 'node:crypto';
import { type OutputPlace, type OutputSight, type OutputTarget, ProviderError } from '@errand/core';

const CALL_MS = 30_000;
const READ_MS = 30 * 60_000;

/** Outputs behind an address, seen by a GET whose body is not read; with a body for its length only where no header tells it. */
export const urlPlace: OutputPlace = {
  look: async (target) => {
    const answer = await get(urlOf(target), CALL_MS);
    if (answer === null) return null;
    const length = answer.headers.get('content-length');
    const bytes = length === null ? await lengthOf(answer) : Number(length);
    await answer.body?.cancel();
    return sightOf(answer.headers, bytes);
  },
  checksum: async (target, algorithm) => {
    const answer = await get(urlOf(target), READ_MS);
    if (answer === null) return null;
    const hash = createHash(algorithm);
    for await (const chunk of answer.body ?? []) hash.update(chunk);
    return hash.digest('hex');
  },
  putBeside: async () => null,
};

function urlOf(target: OutputTarget): string {
  if (target.kind === 'url') return target.url;
  throw new ProviderError('config', `an address is no ${target.kind}`);
}

/** null: there is nothing. */
async function get(url: string, ms: number): Promise<Response | null> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ms) }).catch((cause: unknown) => {
    throw new ProviderError('transient', `${url} does not answer: ${reasonOf(cause)}`, { cause });
  });
  if (answer.ok) return answer;
  await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410) return null;
  const kind = answer.status === 401 || answer.status === 403 ? 'auth' : 'transient';
  throw new ProviderError(kind, `${url} answered ${answer.status}`);
}

async function lengthOf(answer: Response): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer.body ?? []) bytes += chunk.length;
  return bytes;
}

function sightOf(headers: Headers, bytes: number): OutputSight {
  const modifiedAt = Date.parse(headers.get('last-modified') ?? '');
  return { modifiedAt: Number.isNaN(modifiedAt) ? null : modifiedAt, bytes, tag: headers.get('etag') };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : String(cause);
}
