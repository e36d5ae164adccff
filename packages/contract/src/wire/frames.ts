/**
 * The binary form of a log, for the command line, the SDK and agents. A frame is a header of 24 bytes, little-endian, and a payload:
 *
 *     u32 length of the payload   u8 kind   u8 stream   u16 0   u64 time in ms since 1970   u64 offset
 *
 * Kind 1 carries bytes of a log at their combined offset (stream 1 stdout, 2 stderr). Kind 2 ends a followed log; its payload is the JSON of
 * the run, its offset the size of the log. Kind 3 carries nothing but the next combined offset: a sign of life, and the last frame of
 * a read that does not follow.
 */
export type Frame =
  | {
      readonly kind: 'data';
      readonly stream: 'stdout' | 'stderr';
      readonly time: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'end'; readonly offset: number; readonly json: string }
  | { readonly kind: 'mark'; readonly offset: number };

export const FRAME_HEADER_BYTES = 24;
export const FRAMES_MEDIA_TYPE = 'application/vnd.errand.frames';
/** No frame may claim more than this; a longer one is a broken or hostile sender. */
export const FRAME_PAYLOAD_LIMIT = 4 * 1024 * 1024;

const KINDS = { data: 1, end: 2, mark: 3 } as const;

/** The header of a data frame; its bytes follow as they are, so that they need not be copied. */
export function dataHeader(piece: {
  readonly stream: 'stdout' | 'stderr';
  readonly time: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}): Uint8Array {
  const stream = piece.stream === 'stdout' ? 1 : 2;
  return header({ ...piece, length: piece.bytes.length, kind: KINDS.data, stream });
}

/** A whole frame in one array. */
export function encodeFrame(frame: Frame): Uint8Array {
  if (frame.kind === 'data') return join(dataHeader(frame), frame.bytes);
  const payload = frame.kind === 'end' ? new TextEncoder().encode(frame.json) : new Uint8Array();
  const head = header({
    length: payload.length,
    kind: KINDS[frame.kind],
    stream: 0,
    time: 0,
    offset: frame.offset,
  });
  return join(head, payload);
}

interface Header {
  readonly length: number;
  readonly kind: number;
  readonly stream: number;
  readonly time: number;
  readonly offset: number;
}

function header({ length, kind, stream, time, offset }: Header): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, kind);
  view.setUint8(5, stream);
  view.setBigUint64(8, BigInt(time), true);
  view.setBigUint64(16, BigInt(offset), true);
  return bytes;
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

/**
 * Cuts a byte stream into frames. Data of a frame that has not arrived whole is handed out as it comes, as frames of their own, so that a long frame is
 * never held back. Throws a RangeError on bytes that no sender of ours writes.
 */
export class FrameDecoder {
  #pending: Uint8Array = new Uint8Array();
  #rest: PartOfData | null = null;

  *push(chunk: Uint8Array): Generator<Frame> {
    this.#pending = this.#pending.length === 0 ? chunk : join(this.#pending, chunk);
    for (;;) {
      const frame = this.#rest === null ? this.#next() : this.#partOfData(this.#rest);
      if (frame === null) return;
      if (frame !== 'again') yield frame;
    }
  }

  /** True between frames: the stream may end here. */
  get clean(): boolean {
    return this.#pending.length === 0 && this.#rest === null;
  }

  #next(): Frame | 'again' | null {
    const bytes = this.#pending;
    if (bytes.length < FRAME_HEADER_BYTES) return null;
    const head = readHeader(bytes);
    if (head.kind === KINDS.data) {
      this.#pending = bytes.subarray(FRAME_HEADER_BYTES);
      const stream = head.stream === 2 ? 'stderr' : 'stdout';
      this.#rest = { stream, time: head.time, offset: head.offset, left: head.length };
      return 'again';
    }
    const size = FRAME_HEADER_BYTES + head.length;
    if (bytes.length < size) return null;
    this.#pending = bytes.subarray(size);
    if (head.kind === KINDS.mark) return { kind: 'mark', offset: head.offset };
    return {
      kind: 'end',
      offset: head.offset,
      json: new TextDecoder().decode(bytes.subarray(FRAME_HEADER_BYTES, size)),
    };
  }

  #partOfData(rest: PartOfData): Frame | 'again' | null {
    if (rest.left === 0) {
      this.#rest = null;
      return 'again';
    }
    if (this.#pending.length === 0) return null;
    const bytes = this.#pending.subarray(0, rest.left);
    const frame: Frame = { kind: 'data', stream: rest.stream, time: rest.time, offset: rest.offset, bytes };
    this.#pending = this.#pending.subarray(bytes.length);
    rest.left -= bytes.length;
    rest.offset += bytes.length;
    return frame;
  }
}

/** A data frame of which `left` bytes have not arrived. */
interface PartOfData {
  readonly stream: 'stdout' | 'stderr';
  readonly time: number;
  offset: number;
  left: number;
}

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES);
  const head = {
    length: view.getUint32(0, true),
    kind: view.getUint8(4),
    stream: view.getUint8(5),
    time: Number(view.getBigUint64(8, true)),
    offset: Number(view.getBigUint64(16, true)),
  };
  const known = head.kind === KINDS.data || head.kind === KINDS.end || head.kind === KINDS.mark;
  const stream = head.kind === KINDS.data ? head.stream === 1 || head.stream === 2 : head.stream === 0;
  if (!known || !stream || head.length > FRAME_PAYLOAD_LIMIT || view.getUint16(6, true) !== 0) {
    throw new RangeError('these bytes are not a frame of a log');
  }
  return head;
}
