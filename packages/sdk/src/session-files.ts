import type { Answer } from '@errand/contract';
import { ErrandConnectionError } from './errors.ts';
import { chunksOf } from './fetch.ts';
import type { Transport } from './transport.ts';

export type SessionFile = Answer<'writeFile'>;

/** What a file of a session shall hold, and how. */
export interface FileToWrite {
  /** All of it, or pieces of it as they come; then `bytes` says how many there will be. */
  readonly content: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;
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

  /** The bytes of a file as they come. Throws where the line breaks before the last of them. */
  async *read(path: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    const asked = { params: { id: this.#id }, query: { path } };
    const { headers, body } = await this.#transport.open('readFile', asked, { signal });
    let left = Number(headers.get('content-length') ?? 0);
    try {
      for await (const chunk of chunksOf(body)) {
        left -= chunk.length;
        yield chunk;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw new ErrandConnectionError(this.#transport.url, error);
    }
    if (left > 0) throw new ErrandConnectionError(this.#transport.url, new Error('the file broke off'));
  }

  /** Puts a file there, folders above it included: whoever looks sees what was there before, or all of the new one. */
  async write(path: string, { content, bytes, mode, owner, signal }: FileToWrite): Promise<SessionFile> {
    const length = content instanceof Uint8Array ? content.length : bytes;
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
      { bytes: content, signal },
    );
    return JSON.parse(await answer.text()) as SessionFile;
  }

  /** Makes a folder, and those above it. */
  makeFolder(path: string): Promise<SessionFile> {
    return this.#transport.request('makeFolder', { params: { id: this.#id }, query: { path } });
  }
}
