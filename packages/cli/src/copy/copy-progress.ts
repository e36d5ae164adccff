import type { StatusLine } from '../output/status-line.ts';
import { sizeText } from './size-text.ts';

/** How far a copy is. */
export class CopyProgress {
  readonly #status: StatusLine;
  readonly skipped: string[] = [];
  #files = 0;
  #bytes = 0;
  #expected = 0;

  constructor(status: StatusLine) {
    this.#status = status;
  }

  expect(bytes: number): void {
    this.#expected += bytes;
  }

  /** The same pieces, counted. */
  async *count(path: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      this.#bytes += piece.length;
      this.#status.show(`${path}: ${sizeText(this.#bytes)} of ${sizeText(this.#expected)}`);
      yield piece;
    }
    this.#files += 1;
  }

  skip(path: string): void {
    this.skipped.push(path);
  }

  get sum(): { readonly files: number; readonly bytes: number; readonly skipped: readonly string[] } {
    return { files: this.#files, bytes: this.#bytes, skipped: this.skipped };
  }

  get sentence(): string {
    return `${this.#files} ${this.#files === 1 ? 'file' : 'files'}, ${sizeText(this.#bytes)}`;
  }
}
