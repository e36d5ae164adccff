import { constants, fstatSync, openSync, write } from 'node:fs';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { CliError } from '../cli-error.ts';

/** Nobody reads what we write any more. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

/** One of our output descriptors, written one piece at a time: what a slow reader does not take is never gathered in memory. */
export class Output {
  readonly #fd: 1 | 2;
  readonly #term: string | undefined;
  #write: WriteBytes | undefined;
  #last: Promise<void> = Promise.resolve();

  /** `term`: what the terminal is called (TERM), where there is one. */
  constructor(fd: 1 | 2, term?: string) {
    this.#fd = fd;
    this.#term = term;
  }

  get isTerminal(): boolean {
    return isatty(this.#fd);
  }

  /** Can what stands on its last line be taken away again? Not on a terminal that only goes on, such as that of an editor. */
  get canRedraw(): boolean {
    return this.isTerminal && this.#term !== 'dumb';
  }

  /** Columns of the terminal; no limit where it is none. */
  get columns(): number {
    if (!this.isTerminal) return Number.POSITIVE_INFINITY;
    return standardStream(this.#fd).columns || Number.POSITIVE_INFINITY;
  }

  /** Resolves when all of it is written; rejects with OutputClosedError when nobody reads any more. */
  write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#write ??= openWriter(this.#fd);
    const write = this.#write;
    const written = this.#last.then(() => write(bytes)).catch((error: unknown) => rethrow(this.#fd, error));
    this.#last = written.catch(() => undefined);
    return written;
  }

  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
  }
}

type WriteBytes = (bytes: Uint8Array) => Promise<void>;

function openWriter(fd: 1 | 2): WriteBytes {
  const stat = fstatSync(fd);
  if (stat.isFIFO()) return streamWriter(ownPipe(fd) ?? standardStream(fd));
  if (stat.isSocket() || isatty(fd)) return streamWriter(standardStream(fd));
  return (bytes) => writeFile(fd, bytes);
}

/**
 * A pipe opened once more. Node makes the pipes it writes to non-blocking; on a description that is shared with other programs that would make their
 * writes fail. Plain writes are no way out: one that waits for a reader cannot be given up, not even to exit.
 */
function ownPipe(fd: number): Writable | undefined {
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    const { Socket } = process.getBuiltinModule('node:net');
    return new Socket({ fd: own, readable: false, writable: true });
  } catch {
    return undefined;
  }
}

function standardStream(fd: 1 | 2): NodeJS.WriteStream {
  return fd === 1 ? process.stdout : process.stderr;
}

function streamWriter(stream: Writable): WriteBytes {
  // Each write tells of its own failure.
  stream.on('error', () => undefined);
  return (bytes) =>
    new Promise((resolve, reject) => {
      stream.write(bytes, (error) => (error == null ? resolve() : reject(error)));
    });
}

async function writeFile(fd: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += await new Promise<number>((resolve, reject) => {
      write(fd, bytes, at, bytes.length - at, null, (error, written) =>
        error === null ? resolve(written) : reject(error),
      );
    });
  }
}

const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
/** EIO: a terminal that was closed. */
const CLOSED: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO', 'EBADF', 'ERR_STREAM_DESTROYED']);

function rethrow(fd: 1 | 2, error: unknown): never {
  if (!(error instanceof Error && 'code' in error)) throw error;
  if (CLOSED.has(error.code)) throw new OutputClosedError(error.message, { cause: error });
  const why = FULL.has(error.code) ? 'no space is left on its disk' : error.message;
  const name = fd === 2 ? 'standard error' : 'standard output';
  throw new CliError(`${name} cannot be written: ${why}`, { cause: error });
}
