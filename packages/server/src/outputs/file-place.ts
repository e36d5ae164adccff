import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import {
  ErrandError,
  type Files,
  type OutputPlace,
  type OutputTarget,
  ProviderError,
  type SessionRecord,
} from '@errand/core';
import { unbroken } from './unbroken.ts';

export interface FilePlaceParts {
  readonly session: (id: string) => Promise<SessionRecord | null>;
  readonly files: () => Files<SessionRecord>;
}

/** Outputs that are files in the session of the job. A folder is none. */
export function filePlace({ session, files }: FilePlaceParts): OutputPlace {
  const reach = async <Answer>(
    sessionId: string | null,
    call: (session: SessionRecord, files: Files<SessionRecord>) => Promise<Answer>,
  ): Promise<Answer> => {
    const found = sessionId === null ? null : await session(sessionId);
    if (found === null) throw new ProviderError('transient', 'its session is no longer known');
    try {
      return await call(found, files());
    } catch (error) {
      throw fileError(error);
    }
  };
  return {
    look: (target, sessionId) =>
      reach(sessionId, async (place, its) => {
        const stat = await its.stat(place, pathOf(target));
        if (stat?.kind !== 'file') return null;
        const { modifiedAt, bytes } = stat;
        // Unpacked files have the times that they had elsewhere; they are new all the same.
        return { modifiedAt, bytes, tag: `${modifiedAt} ${bytes}` };
      }),
    checksum: (target, algorithm, sessionId) =>
      reach(sessionId, async (place, its) => {
        const hash = createHash(algorithm);
        const { content } = await its.read(place, pathOf(target));
        for await (const piece of unbroken(content, pathOf(target))) hash.update(piece);
        return hash.digest('hex');
      }).catch(nothingThere),
    putBeside: (target, { name, text }, sessionId) =>
      reach(sessionId, async (place, its) => {
        const path = posix.join(posix.dirname(pathOf(target)), name);
        const bytes = Buffer.from(text);
        await its.write(place, path, { bytes: bytes.length, mode: 0o644, owner: null }, once(bytes));
        return path;
      }),
  };
}

function pathOf(target: OutputTarget): string {
  if (target.kind === 'file') return target.path;
  throw new ProviderError('config', `a session holds no ${target.kind}`);
}

/** A path that cannot be will be refused again, however often it is asked. Everything else may be different in a moment. */
function fileError(error: unknown): unknown {
  if (!(error instanceof ErrandError)) return error;
  const kind = error.code === 'invalid' ? 'config' : 'transient';
  return new ProviderError(kind, error.message, { cause: error });
}

function nothingThere(error: unknown): null {
  if (error instanceof ProviderError && isNotFound(error.cause)) return null;
  throw error;
}

function isNotFound(error: unknown): boolean {
  return error instanceof ErrandError && error.code === 'not_found';
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
