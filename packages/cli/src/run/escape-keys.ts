const ENTER = [10, 13];
const TILDE = 126;
const DOT = 46;

/** Watches what is typed for Enter ~ . as ssh does. A ~ after Enter is held back until the next key says what it meant; ~ ~ sends one. */
export class EscapeKeys {
  #state: 'line start' | 'tilde' | 'text' = 'line start';

  /** What of these keys goes on to the program, and whether to stop watching. */
  push(keys: Uint8Array): { readonly bytes: Uint8Array; readonly detach: boolean } {
    const out: number[] = [];
    for (const key of keys) {
      if (this.#state === 'tilde' && key === DOT) return { bytes: Uint8Array.from(out), detach: true };
      if (this.#state === 'line start' && key === TILDE) {
        this.#state = 'tilde';
        continue;
      }
      if (this.#state === 'tilde' && key !== TILDE) out.push(TILDE);
      out.push(key);
      this.#state = ENTER.includes(key) ? 'line start' : 'text';
    }
    return { bytes: Uint8Array.from(out), detach: false };
  }
}
