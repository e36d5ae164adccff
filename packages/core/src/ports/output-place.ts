import type { OutputSight, OutputTarget } from '../job/record.ts';

/**
 * A kind of place where outputs of jobs lie. Calls may be made concurrently and repeated. Errors are `ProviderError`s with a kind and a sentence for
 * people: `config` and `auth` will not go away by themselves, the others may.
 */
export interface OutputPlace {
  /** What is there now; null: nothing. Several objects below a prefix count as one: the newest of them, with the bytes of all. */
  look(target: OutputTarget, sessionId: string | null): Promise<OutputSight | null>;
  /** The checksum of what is there, as hexadecimal digits; null: nothing is there any more. */
  checksum(
    target: OutputTarget,
    algorithm: 'sha256' | 'md5',
    sessionId: string | null,
  ): Promise<string | null>;
  /** Puts a small text beside what is there, under this file name; null where that is impossible. Answers where it is. */
  putBeside(
    target: OutputTarget,
    file: { readonly name: string; readonly text: string },
    sessionId: string | null,
  ): Promise<string | null>;
}
