import {
  type BlobStore,
  type FileSource,
  type FileSpec,
  isFinalState,
  LIMITS,
  ProviderError,
  type SessionStore,
} from '@errand/core';
import { contentAt, readList } from '../artifacts/kept-files.ts';
import { contentOf } from './kept-uploads.ts';

export interface SessionAssetsParts {
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly blobs: BlobStore;
  readonly unseal: (sealed: string) => string;
  /** The bytes behind a URL, if it may be called. */
  readonly fetch: (url: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
}

/** A file that lies here, ready to be placed. */
export interface AssetFile extends Pick<FileSpec, 'path' | 'mode' | 'owner'> {
  readonly bytes: number;
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

export interface Gathering {
  /** What people are told meanwhile. */
  readonly say: (progress: string) => void;
  readonly signal: AbortSignal;
}

/** Gathers the files of a session here, so that they are placed all or none, and again should its compute be made anew. */
export class SessionAssets {
  readonly #parts: SessionAssetsParts;

  constructor(parts: SessionAssetsParts) {
    this.#parts = parts;
  }

  /** Every file of the session, whole and checked. Throws a ProviderError that names the first that cannot be had. Repeatable. */
  async gather(sessionId: string, { say, signal }: Gathering): Promise<readonly AssetFile[]> {
    const session = await this.#parts.sessions.get(sessionId);
    const files = session?.spec.files ?? [];
    const gathered: AssetFile[] = [];
    for (const [index, file] of files.entries()) {
      say(`Fetching the files: ${index + 1} of ${files.length}, ${file.path}.`);
      gathered.push(await this.#gather(`${folderOf(sessionId)}/${index}`, file, signal));
    }
    return gathered;
  }

  /** The session is over. */
  async forget(sessionId: string): Promise<void> {
    await this.#parts.blobs.remove(folderOf(sessionId));
  }

  async #gather(
    name: string,
    { path, mode, owner, source }: FileSpec,
    signal: AbortSignal,
  ): Promise<AssetFile> {
    const { blobs } = this.#parts;
    try {
      const known = await blobs.get(name);
      const bytes = known?.bytes ?? (await this.#fetch(name, source, signal));
      const open = async (): Promise<AsyncIterable<Uint8Array>> => {
        const kept = await blobs.get(name);
        if (kept === null) throw new Error(`SES-7: ${name} was forgotten while its session starts`);
        return kept.content;
      };
      return { path, mode, owner, bytes, open };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ProviderError('config', `the file ${path} could not be had: ${why}`, { cause: error });
    }
  }

  async #fetch(name: string, source: FileSource, signal: AbortSignal): Promise<number> {
    const { blobs } = this.#parts;
    const content = await this.#contentOf(source, signal);
    const { bytes, sha256 } = await blobs.put(name, content, LIMITS.assetBytes);
    const wanted = source.kind === 'url' ? source.sha256 : null;
    if (wanted === null || wanted === sha256) return bytes;
    await blobs.remove(name);
    throw new Error(`what is behind its url has the SHA-256 ${sha256}, not ${wanted}`);
  }

  async #contentOf(source: FileSource, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { blobs, unseal, fetch } = this.#parts;
    switch (source.kind) {
      case 'inline':
        return piecesOf(Buffer.from(unseal(source.sealed), 'base64'));
      case 'url':
        return await fetch(source.url, signal);
      case 'upload': {
        const upload = await blobs.get(contentOf(source.id));
        if (upload === null) throw new Error(`the upload ${source.id} is no longer kept`);
        return upload.content;
      }
      case 'artifact':
        return await artifactContent(blobs, source);
    }
  }
}

/** Forgets the files of sessions that are over, where whoever was to do that has ended before. */
export async function removeOldAssets(blobs: BlobStore, sessions: Pick<SessionStore, 'get'>): Promise<void> {
  const ids = new Set<string>();
  for await (const { name } of blobs.list(ASSETS)) ids.add(name.split('/')[1] ?? '');
  for (const id of ids) {
    const session = await sessions.get(id);
    if (session === null || isFinalState(session.state)) await blobs.remove(folderOf(id));
  }
}

const ASSETS = 'sessions';

function folderOf(sessionId: string): string {
  return `${ASSETS}/${sessionId}`;
}

async function artifactContent(
  blobs: BlobStore,
  { run, token, path }: Extract<FileSource, { kind: 'artifact' }>,
): Promise<AsyncIterable<Uint8Array>> {
  const attempt = { runId: run, token };
  const file = (await readList(blobs, attempt))?.find((each) => each.path === path);
  const kept = file === undefined ? null : await blobs.get(contentAt(attempt, file.at));
  if (kept === null) throw new Error(`${path} of ${run} is no longer kept`);
  return kept.content;
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
