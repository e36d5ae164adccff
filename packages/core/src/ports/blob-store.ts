/**
 * Bytes by name that belong to something else, such as what was uploaded for a session. Names are parts of letters, digits, dot, dash and underscore,
 * joined by slashes; no part begins with a dot.
 */
export interface BlobStore {
  /**
   * Keeps all of the content under the name, in place of what was there; durable when it resolves. Whoever reads finds the old or the new, never a part.
   * Rejects with an ErrandError `too_large` beyond `mostBytes` and `unavailable` where no space is left, as with every failure of `content` without a trace.
   */
  put(name: string, content: AsyncIterable<Uint8Array>, mostBytes: number): Promise<KeptBlob>;
  /**
   * null: there is none. `bytes` are those of all of it; `content` is the part asked for, `to` exclusive, else everything. Who stops reading early loses
   * nothing.
   */
  get(
    name: string,
    part?: { readonly from: number; readonly to: number },
  ): Promise<{ readonly bytes: number; readonly content: AsyncIterable<Uint8Array> } | null>;
  /** Forgets the name and all below it. What is not there is no error. */
  remove(name: string): Promise<void>;
  /** All at or below the name, with when each was put (ms since 1970), in no order. */
  list(name: string): AsyncIterable<{ readonly name: string; readonly bytes: number; readonly at: number }>;
}

export interface KeptBlob {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}
