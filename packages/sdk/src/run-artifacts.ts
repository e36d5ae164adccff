import type { Answer } from '@errand/contract';
import { readWhole } from './read-whole.ts';
import type { Transport } from './transport.ts';

export type Artifact = Answer<'listArtifacts'>['artifacts'][number];

/** The files that were kept when a run ended. */
export class RunArtifacts {
  readonly #transport: Transport;
  readonly #id: string;

  constructor(transport: Transport, id: string) {
    this.#transport = transport;
    this.#id = id;
  }

  /** All of them, and what was not kept. None before the end. Rejects with `gone` where they are no longer kept. */
  list(options: { readonly signal?: AbortSignal } = {}): Promise<Answer<'listArtifacts'>> {
    return this.#transport.request('listArtifacts', { params: { id: this.#id } }, options);
  }

  /** Where a browser that is signed in downloads one. */
  url(path: string): string {
    return this.#transport.urlOf('readArtifact', { params: { id: this.#id }, query: { path } });
  }

  /** The bytes of one as they come. Throws where the line breaks before the last of them. */
  read(path: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    return readWhole(this.#transport, 'readArtifact', { params: { id: this.#id }, query: { path } }, options);
  }
}
