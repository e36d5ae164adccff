import type { Answer } from '@errand/contract';
import { BlobBody } from './blob-body.ts';
import { readWhole } from './read-whole.ts';
import type { Transport } from './transport.ts';

export type SessionFile = Answer<'writeFile'>;

/** What a file of a session shall hold, and how. */
export interface FileToWrite {
  /** All of it, or pieces of it as they come; then `bytes` says how many there will be. */
  readonly content: Uint8Array<ArrayBuffer> | Blob | AsyncIterable<Uint8Array>;
  readonly bytes?: number | undefined;
  /** Permissions, such as 0o644; by default those of the file that is there. */
  readonly mode?: number | undefined;
  /** `uid:gid`, in containers. */
  readonly owner?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The files of one session. Paths count from the folder in which its commands begin. */
export class SessionFiles {
  readonly #transport: Transport;
  readonly #id: string;

  constructor(transport: Transport, id: string) {
    this.#transport = transport;
    this.#id = id;
  }

  /** What is at a path; rejects with `not_found` where there is nothing. */
  stat(path: string): Promise<Answer<'listFiles'>> {
    return this.#transport.request('listFiles', { params: { id: this.#id }, query: { path } });
  }

  /** Everything below a folder, with paths relative to it. */
  async list(path = ''): Promise<readonly SessionFile[]> {
    const query = { path, list: 'true' };
    const { entries } = await this.#transport.request('listFiles', { params: { id: this.#id }, query });
    return entries ?? [];
  }

  /** What lies in a folder, without what lies below: folders first, in the order of their names. */
  async listFolder(path = ''): Promise<readonly SessionFile[]> {
    const query = { path, list: 'direct' } as const;
    const { entries } = await this.#transport.request('listFiles', { params: { id: this.#id }, query });
    return (entries ?? []).toSorted(foldersFirst);
  }

  /** Where a browser that is signed in downloads a file. */
  url(path: string): string {
    return this.#transport.urlOf('readFile', { params: { id: this.#id }, query: { path } });
  }

  /** The bytes of a file as they come. Throws where the line breaks before the last of them. */
  read(path: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    return readWhole(this.#transport, 'readFile', { params: { id: this.#id }, query: { path } }, options);
  }

  /** Puts a file there, folders above it included: whoever looks sees what was there before, or all of the new one. */
  async write(path: string, { content, bytes, mode, owner, signal }: FileToWrite): Promise<SessionFile> {
    const isBlob = content instanceof Blob;
    const length = isBlob ? content.size : content instanceof Uint8Array ? content.length : bytes;
    if (length === undefined) throw new TypeError('bytes must say how long the content is');
    const query = {
      path,
      bytes: length,
      ...(mode === undefined ? {} : { mode: mode.toString(8).padStart(3, '0') }),
      ...(owner === undefined ? {} : { owner }),
    };
    const answer = await this.#transport.open(
      'writeFile',
      { params: { id: this.#id }, query },
      { bytes: isBlob ? new BlobBody(content) : content, signal },
    );
    return JSON.parse(await answer.text()) as SessionFile;
  }

  /** Makes a folder, and those above it. */
  makeFolder(path: string): Promise<SessionFile> {
    return this.#transport.request('makeFolder', { params: { id: this.#id }, query: { path } });
  }
}

function foldersFirst(one: SessionFile, other: SessionFile): number {
  const [first, second] = [one.kind === 'folder', other.kind === 'folder'];
  if (first !== second) return first ? -1 : 1;
  return one.path.localeCompare(other.path);
}
