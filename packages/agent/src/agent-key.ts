import { createHash } from 'node:crypto';
import { nameKey } from './http-link.ts';
import { type Identity, newKey, writeIdentity } from './identity.ts';
import { LinkRefusal } from './link-refusal.ts';

export interface AgentKeyParts {
  readonly url: string;
  readonly data: string;
  readonly instance: string;
  readonly identity: Identity;
}

/**
 * The key of an agent, which it changes by itself. The new one is on disk before the control plane hears of it, and the old one is good until
 * the new one was used: whichever call or answer is lost, and whenever the machine dies, one of the two opens the door.
 */
export class AgentKey {
  readonly #parts: AgentKeyParts;
  #identity: Identity;
  /** What calls use: the next key as soon as the control plane has heard of it. */
  #used: string;

  constructor(parts: AgentKeyParts) {
    this.#parts = parts;
    this.#identity = parts.identity;
    this.#used = parts.identity.key;
  }

  get secret(): string {
    return this.#used;
  }

  /** A change that was begun and not brought to its end. */
  get isChanging(): boolean {
    return this.#identity.nextKey !== null;
  }

  /** Ms since the present key was made; by a clock that may have been set meanwhile. */
  age(now: number): number {
    return now - this.#identity.keyAt;
  }

  /** Goes on to the next key, which is made where there is none. Repeat it after a failure. */
  async change(now: number): Promise<void> {
    const next = this.#identity.nextKey ?? newKey();
    this.#save({ ...this.#identity, nextKey: next });
    const { key } = this.#identity;
    // Refused: the new one was used already, and its answer was lost.
    await this.#name(key, next).catch(unlessUnknown);
    this.#used = next;
    try {
      await this.#name(next, next);
    } catch (error) {
      if (error instanceof LinkRefusal) this.#used = key;
      throw error;
    }
    this.#save({ ...this.#identity, key: next, nextKey: null, keyAt: now });
  }

  #name(key: string, next: string): Promise<void> {
    const { url, instance } = this.#parts;
    const hash = createHash('sha256').update(next).digest('hex');
    return nameKey(url, { key, instance, hash });
  }

  #save(identity: Identity): void {
    writeIdentity(this.#parts.data, identity);
    this.#identity = identity;
  }
}

function unlessUnknown(error: unknown): void {
  if (!(error instanceof LinkRefusal) || error.code !== 'unauthenticated') throw error;
}
