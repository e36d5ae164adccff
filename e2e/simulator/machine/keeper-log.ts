import type { LogData, VirtualDisk } from './virtual-disk.ts';

type Stream = 'stdout' | 'stderr';

/** What the keeper keeps of the end of a log beyond its cap; small, so that short commands pass it. */
const TAIL_BYTES = 40;

/** Writes a log as the keeper does: bytes, then their record; a cap with a tail; and what a full disk leaves out. */
export class KeeperLog {
  dropped = 0;
  why: 'none' | 'cap' | 'disk_full' = 'none';
  readonly #disk: VirtualDisk;
  readonly #data: () => LogData;
  readonly #prefix: string;
  readonly #cap: number;
  readonly #clock: () => number;
  #beyond: { stream: Stream; byte: number }[] = [];
  /** Bytes that have no record yet: a keeper that dies now leaves them without. */
  #unrecorded: Stream | undefined;

  constructor(parts: { disk: VirtualDisk; prefix: string; cap: number; clock: () => number }) {
    this.#disk = parts.disk;
    this.#prefix = parts.prefix;
    this.#cap = parts.cap === 0 ? Number.POSITIVE_INFINITY : parts.cap;
    this.#clock = parts.clock;
    this.#data = () => parts.disk.log(parts.prefix);
  }

  get size(): number {
    return this.#disk.logs.get(this.#prefix)?.bytes.length ?? 0;
  }

  /** The record follows with `record()`. */
  write(stream: Stream, bytes: Buffer): void {
    this.record();
    const room = this.why === 'none' ? Math.min(bytes.length, this.#cap - this.size) : 0;
    const fits = this.#disk.full ? 0 : room;
    if (fits > 0) {
      const data = this.#data();
      data.bytes = Buffer.concat([data.bytes, bytes.subarray(0, fits)]);
      this.#unrecorded = stream;
    }
    if (fits === bytes.length) return;
    if (this.why === 'none') this.why = this.#disk.full ? 'disk_full' : 'cap';
    for (const byte of bytes.subarray(fits)) this.#beyond.push({ stream, byte });
  }

  record(): void {
    if (this.#unrecorded === undefined) return;
    const { records, bytes } = this.#data();
    records.push({ end: bytes.length, time: this.#clock(), stream: this.#unrecorded });
    this.#unrecorded = undefined;
  }

  /** The log is final: behind a gap comes the tail, where the disk takes it. */
  finish(): void {
    this.record();
    const tail = this.why === 'cap' && !this.#disk.full ? this.#beyond.slice(-TAIL_BYTES) : [];
    this.dropped = this.#beyond.length - tail.length;
    if (this.why === 'cap' && this.dropped === 0) this.why = 'none';
    const data = this.#data();
    if (this.dropped > 0 && tail.length > 0) {
      data.records.push({ end: data.bytes.length, time: this.#clock(), stream: 'gap' });
    }
    for (const { stream, byte } of tail) {
      data.bytes = Buffer.concat([data.bytes, Buffer.of(byte)]);
      data.records.push({ end: data.bytes.length, time: this.#clock(), stream });
    }
    this.#beyond = [];
  }
}
