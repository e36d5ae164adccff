import {
  type AuditEnd,
  type AuditRecord,
  type AuditStore,
  type Clock,
  ErrandError,
  type Ids,
} from '@errand/core';
import type { Actor } from '../actor.ts';

/** What is known only at the end of a call is gathered for this long: it must not cost every call a write to the disk of its own. */
const GATHER_MS = 500;
/** Of a database that does not answer. Beyond it the oldest are left without an outcome. */
const MOST_ENDS = 10_000;
/** Whoever guesses keys must not fill the disk. */
const REFUSALS_A_MINUTE = 10;
const MINUTE_MS = 60_000;
const NOTE_LENGTH = 500;

export interface AuditTrailParts {
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Something somebody asks for. */
export interface Act {
  /** null: nobody that is known. */
  readonly actor: Pick<Actor, 'id' | 'name' | 'owner'> | null;
  /** The operation of the API. */
  readonly action: string;
  readonly target: string | null;
  /** null: this machine. */
  readonly address: string | null;
}

/**
 * Writes down who does what. That somebody asked is durable before they are answered; the outcome follows within a second, and is missing
 * where the control plane was killed before. What cannot be written down is done all the same: on a full disk a run must still be cancelable.
 */
export class AuditTrail {
  readonly #parts: AuditTrailParts;
  #ends: AuditEnd[] = [];
  #gathering = false;
  #flushed: Promise<void> = Promise.resolve();
  #minute = { begun: 0, refused: 0 };
  #leftOut = 0;
  /** Hears of what could not be written down. */
  onError: (error: unknown) => void = () => undefined;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
  }

  /** Does the work and writes both down; `targetOf` names what came to be. Fails as the work does, and only so. */
  async follow<Result>(
    act: Act,
    work: () => Promise<Result>,
    targetOf: (result: Result) => string | null = () => act.target,
  ): Promise<Result> {
    const entry = this.#entryOf(act);
    const { id, target } = entry;
    const written = this.#insertSoon(entry);
    // An outcome that came to the disk before its entry would be lost: it is told once the entry is there.
    const end = async (outcome: Omit<AuditEnd, 'id'>): Promise<void> => {
      await written;
      this.#end({ id, ...outcome });
    };
    try {
      const result = await work();
      await end({ target: targetOf(result), outcome: 'done', note: null });
      return result;
    } catch (error) {
      await end({ target, ...outcomeOf(error) });
      throw error;
    }
  }

  /** Writes down what has just been done. */
  async done(act: Act): Promise<void> {
    await this.#insert({ ...this.#entryOf(act), outcome: 'done' });
  }

  /** Writes down that somebody was not let in: so many a minute, and how many more there were. */
  async refused(act: Omit<Act, 'actor' | 'target'>): Promise<void> {
    const now = this.#parts.clock.now();
    if (Math.abs(now - this.#minute.begun) >= MINUTE_MS) this.#minute = { begun: now, refused: 0 };
    this.#minute.refused += 1;
    if (this.#minute.refused > REFUSALS_A_MINUTE) {
      this.#leftOut += 1;
      return;
    }
    const note = this.#leftOut === 0 ? null : `${this.#leftOut} more were refused before and are not listed`;
    this.#leftOut = 0;
    const entry = this.#entryOf({ ...act, actor: null, target: null });
    await this.#insert({ ...entry, outcome: 'unauthenticated', note });
  }

  /** Resolves when every outcome known by now is written down, also those that are just being written. */
  flush(): Promise<void> {
    this.#flushed = this.#flushed.then(() => this.#writeEnds());
    return this.#flushed;
  }

  async #writeEnds(): Promise<void> {
    const ends = this.#ends;
    this.#ends = [];
    try {
      await this.#parts.audit.end(ends);
    } catch (error) {
      this.onError(error);
      this.#ends = [...ends, ...this.#ends].slice(-MOST_ENDS);
    }
  }

  #entryOf({ actor, action, target, address }: Act): AuditRecord {
    const at = this.#parts.clock.now();
    return {
      id: this.#parts.ids.next('audit', at),
      at,
      keyId: actor?.id ?? null,
      keyName: actor?.name ?? null,
      owner: actor?.owner ?? null,
      action,
      target,
      address,
      outcome: null,
      note: null,
    };
  }

  /**
   * Beside what the work itself writes first, so that both are one write to the disk: an entry that came before would hold up every look
   * of the work until it is durable.
   */
  #insertSoon(entry: AuditRecord): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    setImmediate(() => resolve(this.#insert(entry)));
    return promise;
  }

  async #insert(entry: AuditRecord): Promise<void> {
    await this.#parts.audit.insert(entry).catch((error: unknown) => this.onError(error));
  }

  #end(end: AuditEnd): void {
    this.#ends.push(end);
    if (!this.#gathering) void this.#gather();
  }

  async #gather(): Promise<void> {
    this.#gathering = true;
    await this.#parts.clock.sleep(GATHER_MS);
    this.#gathering = false;
    await this.flush();
  }
}

function outcomeOf(error: unknown): Pick<AuditEnd, 'outcome' | 'note'> {
  if (!(error instanceof ErrandError)) return { outcome: 'internal', note: null };
  return { outcome: error.code, note: error.message.slice(0, NOTE_LENGTH) };
}
