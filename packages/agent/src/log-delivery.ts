import type { AgentLink } from '@errand/contract';
import { LogHash } from './log-hash.ts';
import { LogRecords } from './log-records.ts';
import { LogSender } from './log-sender.ts';
import { MaskedLog } from './mask/masked-log.ts';
import type { SecretMask } from './mask/secret-mask.ts';
import type { LogFile, SpoolEntry } from './ports.ts';
import { orStopped, type Waiting } from './retry.ts';

export interface LogDeliveryParts {
  readonly link: AgentLink;
  readonly entry: SpoolEntry;
  readonly log: LogFile;
  readonly mask: SecretMask;
  readonly appendBytes: number;
  /** An earlier agent may have sent a part of it. */
  readonly found: boolean;
  readonly waiting: Waiting;
  readonly onSuperseded: () => void;
}

/**
 * Brings the log of one attempt to the control plane: by sending it, or, where the keeper writes it straight into the control plane's
 * store, by saying that it grew.
 */
export class LogDelivery {
  readonly #parts: LogDeliveryParts;
  readonly #hash: LogHash;
  readonly #sender: LogSender | null;
  #sending: Promise<'sent' | 'superseded'> | undefined;

  constructor(parts: LogDeliveryParts) {
    this.#parts = parts;
    // A masked log is hashed as it is masked; what lies on the disk is another one.
    this.#hash = new LogHash(parts.mask.isEmpty ? parts.log : NOTHING);
    const { link, entry, log, appendBytes, found, waiting } = parts;
    const sends = { link, attempt: entry.lease, log, hash: this.#hash, appendBytes, found, waiting };
    this.#sender =
      entry.lease.logPlace === null ? new LogSender({ ...sends, records: this.#records() }) : null;
  }

  size(): number {
    return this.#parts.log.size();
  }

  /** The keeper says that the log has this size now. */
  grew(size: number): void {
    if (this.#sender === null) {
      const { runId, token } = this.#parts.entry.lease;
      this.#parts.link.grew({ runId, token }, size);
      this.#hash.grew(size);
    } else {
      void this.#send();
      this.#sender.grew();
    }
  }

  /** Resolves when the whole log, now final, is with the control plane. Rejects only when the agent stops. */
  async finish(bytes: number): Promise<{ bytes: number; sha256: string | null } | 'superseded'> {
    if (bytes > 0) this.grew(bytes);
    this.#sender?.finish(bytes);
    if (bytes > 0 && (await this.#sending) === 'superseded') return 'superseded';
    const sha256 = await orStopped(this.#hash.finish(bytes), this.#parts.waiting.signal);
    // What was sent before the secrets were forgotten is not known any more either.
    return { bytes, sha256: this.#parts.mask.isKnown ? sha256 : null };
  }

  close(): void {
    this.#parts.log.close();
  }

  #records(): Pick<LogRecords, 'read'> {
    const { log, mask, waiting } = this.#parts;
    const records = new LogRecords(log, waiting.clock);
    if (mask.isEmpty) return records;
    return new MaskedLog({ records, mask, onMasked: (offset, bytes) => this.#hash.feed(offset, bytes) });
  }

  /** Begins with the first byte: most commands say little, and many nothing. */
  #send(): Promise<unknown> {
    this.#sending ??= (this.#sender?.run() ?? Promise.resolve('sent' as const)).then((result) => {
      if (result === 'superseded') this.#parts.onSuperseded();
      return result;
    });
    // Only a stop of the agent rejects it, and then nobody waits any more.
    return this.#sending.catch(() => {});
  }
}

const NOTHING = { read: () => Promise.resolve(new Uint8Array()) };
