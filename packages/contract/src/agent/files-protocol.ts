import type { FileKind } from '@errand/core/vocabulary';

/** The way of files, beside the other. */
export interface FilesLink {
  /** What a write order shall put there. Breaks off with an error where it cannot be had whole. */
  fileContent(id: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** The answer to an order; `content`: the bytes of a read. Resolves when they were taken, or nobody wants them any more. */
  fileAnswer(
    id: string,
    answer: FileAnswer,
    content: AsyncIterable<Uint8Array> | null,
    signal: AbortSignal,
  ): Promise<void>;
}

/**
 * What an agent shall do with a file of a session that it has, or of a run that ends (`sessionId` is then the id of the run). `path` as the port
 * `Files` of the core has it; a write fetches its content (`fileContent`), and each order is answered once (`fileAnswer`).
 */
export type FileOrder = {
  readonly id: string;
  readonly sessionId: string;
  readonly path: string;
} & (
  | { readonly kind: 'stat' | 'read' | 'folder' }
  /** Without a depth: everything below. An agent that is older than the word takes it for that, too. */
  | { readonly kind: 'list'; readonly depth?: 'direct' | undefined }
  /** Answered as a list of the files and links below `path` that patterns mean; links are not followed. */
  | { readonly kind: 'find'; readonly patterns: readonly string[] }
  /** `mode` null: that of the file that is there. */
  | { readonly kind: 'write'; readonly bytes: number; readonly mode: number | null }
);

/** `done`: `stat` is what is at the path now (null: nothing), `entries` what a list found; the bytes of a read follow. */
export type FileAnswer =
  | {
      readonly kind: 'done';
      readonly stat: SeenFile | null;
      readonly entries?: readonly SeenFile[] | undefined;
    }
  | { readonly kind: 'refused'; readonly code: FileRefusal; readonly message: string };

export type FileRefusal = 'invalid' | 'not_found' | 'conflict' | 'too_large' | 'unavailable';

export interface SeenFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly bytes: number;
  readonly mode: number;
  readonly modifiedAt: number;
}
