/** One message of the keeper's socket: a type and its fields, both as they stand in PROTOCOL.md. */
export interface Message {
  type: string;
  fields: Buffer[];
}

/** What one message may take, its length word apart; a longer one is a broken peer. */
export const MESSAGE_LIMIT = 8 * 1024 * 1024;

/** Writes one message. Text is UTF-8; give bytes where they must stay untouched. */
export function encodeMessage(type: string, fields: readonly (string | Uint8Array)[]): Buffer {
  const parts = fields.map((field) => (typeof field === 'string' ? Buffer.from(field) : field));
  const length = 1 + parts.reduce((sum, part) => sum + 4 + part.length, 0);
  if (length > MESSAGE_LIMIT) throw new RangeError(`a message of ${length} bytes is over ${MESSAGE_LIMIT}`);
  const message = Buffer.allocUnsafe(4 + length);
  message.writeUInt32LE(length, 0);
  message.write(type, 4, 1, 'latin1');
  let at = 5;
  for (const part of parts) {
    message.writeUInt32LE(part.length, at);
    message.set(part, at + 4);
    at += 4 + part.length;
  }
  return message;
}

/** Cuts a stream of bytes into messages, however the bytes arrive. */
export class MessageDecoder {
  #chunks: Buffer[] = [];
  #size = 0;
  #wanted = 4;

  /** Takes the next bytes and returns the messages they complete; throws on bytes that are none. */
  push(chunk: Buffer): Message[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Join only once a whole message is there: joining per chunk would cost the square of a long message.
    if (this.#size < this.#wanted) return [];
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const messages: Message[] = [];
    this.#wanted = 4;
    while (bytes.length >= 4) {
      const length = bytes.readUInt32LE(0);
      if (length < 1 || length > MESSAGE_LIMIT) throw new RangeError(`a message of ${length} bytes`);
      this.#wanted = 4 + length;
      if (bytes.length < this.#wanted) break;
      messages.push(decodeBody(bytes.subarray(4, this.#wanted)));
      bytes = bytes.subarray(this.#wanted);
      this.#wanted = 4;
    }
    this.#chunks = bytes.length > 0 ? [bytes] : [];
    this.#size = bytes.length;
    return messages;
  }
}

function decodeBody(body: Buffer): Message {
  const fields: Buffer[] = [];
  let at = 1;
  while (at < body.length) {
    if (at + 4 > body.length) throw new RangeError('a field without its length');
    const end = at + 4 + body.readUInt32LE(at);
    if (end > body.length) throw new RangeError('a field that is longer than its message');
    fields.push(body.subarray(at + 4, end));
    at = end;
  }
  return { type: body.toString('latin1', 0, 1), fields };
}
