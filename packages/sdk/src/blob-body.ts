import { chunksOf } from './fetch.ts';

/** A file of a browser as a body: its `fetch` takes the blob itself and no stream, every other one the pieces. */
export class BlobBody implements AsyncIterable<Uint8Array> {
  readonly blob: Blob;

  constructor(blob: Blob) {
    this.blob = blob;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    return chunksOf(this.blob.stream());
  }
}
