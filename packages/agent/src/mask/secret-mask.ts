import type { Patterns } from './masked-stream.ts';
import { Masker } from './masker.ts';
import { patternsOf, patternsOfEverything } from './patterns.ts';

/** Hides the secrets of one attempt in all that leaves the machine on account of it. null: there are some that nobody knows any more, so it hides everything. */
export class SecretMask {
  readonly #secrets: readonly string[] | null;
  #patterns: Patterns | undefined;

  constructor(secrets: readonly string[] | null) {
    this.#secrets = secrets;
  }

  /** There is nothing to hide. */
  get isEmpty(): boolean {
    return this.#secrets?.length === 0;
  }

  /** What is hidden is also known. */
  get isKnown(): boolean {
    return this.#secrets !== null;
  }

  /** Made when they are first needed: most commands say nothing. */
  get patterns(): Patterns {
    this.#patterns ??= this.#secrets === null ? patternsOfEverything() : patternsOf(this.#secrets);
    return this.#patterns;
  }

  text(text: string): string {
    if (this.isEmpty) return text;
    const masker = new Masker(this.patterns);
    const piece = { offset: 0, stream: 'stdout', time: 0, bytes: Buffer.from(text) } as const;
    const masked = [...masker.push(piece), ...masker.end()];
    return Buffer.concat(masked.map(({ bytes }) => bytes)).toString();
  }
}
