import { once } from 'node:events';
import { constants, createWriteStream, openSync } from 'node:fs';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { problemPath } from '../adapters/result-file.ts';
import { parseRunFile, SLOT_SIZE, type SpoolRun, spoolPaths } from '../keeper/spool-files.ts';
import { RESULT_BYTES } from '../reported-result.ts';

/** What a `machineScript` has printed. */
export interface Report {
  readonly state: 'never' | 'running' | 'ended' | 'lost';
  /** Undefined where nothing was executed or nothing is over. */
  readonly run: SpoolRun | undefined;
  /** Who asked for the end, where no keeper has written it down. */
  readonly cause: string | undefined;
}

/** A record of the log may be as short as a byte; the keeper writes no more of them than this (PROTOCOL.md). */
const INDEX_BYTES = 2_100_000 * 16;
const SMALL_BYTES = 64 * 1024;
/** Those of base64 have 76. */
const LINE_CHARACTERS = 10_000;

const STATES = ['never', 'running', 'ended', 'lost'] as const;

/** Where what comes along is written to. */
interface ReportPlaces {
  readonly logPrefix: string;
  /** That the log may have. */
  readonly mostBytes: number;
  /** Path of the result. */
  readonly result: string;
}

/**
 * Reads what a script has printed and writes the log and the result that are in it to their places, the same bytes to the same places whenever that is done
 * again. Rejects where the report is not whole, or its log longer than `mostBytes`: the machine is not ours alone, and packed bytes may be many.
 */
export async function readReport(
  output: AsyncIterable<Uint8Array>,
  { logPrefix, mostBytes, result }: ReportPlaces,
): Promise<Report> {
  const { log, idx } = spoolPaths(logPrefix);
  const files: Readonly<Record<string, () => Part>> = {
    run: memoryPart,
    cause: memoryPart,
    log: () => filePart(log, mostBytes),
    idx: () => filePart(idx, INDEX_BYTES),
    result: () => filePart(result, RESULT_BYTES),
    problem: () => filePart(problemPath(result), SMALL_BYTES),
  };
  const small = new Map<string, Buffer>();
  let state: Report['state'] | undefined;
  let part: { readonly name: string; readonly to: Part } | null = null;
  const endPart = async (): Promise<void> => {
    if (part !== null) small.set(part.name, await part.to.end());
    part = null;
  };
  for await (const line of linesOf(output)) {
    if (!line.startsWith('@')) {
      await part?.to.write(Buffer.from(line, 'base64'));
      continue;
    }
    await endPart();
    const word = line.slice(1).trim();
    const make = files[word];
    if (make !== undefined) part = { name: word, to: make() };
    if (word === 'done' && state !== undefined) return reportOf(state, small);
    state ??= STATES.find((known) => known === word);
  }
  await endPart().catch(() => undefined);
  throw new Error('what the machine says of the attempt is not whole');
}

function reportOf(state: Report['state'], small: ReadonlyMap<string, Buffer>): Report {
  const run = small.get('run');
  if (state === 'ended' && (run === undefined || parseRunFile(run).end === undefined))
    throw new Error('the machine says that the attempt has ended, and not how');
  return {
    state,
    run: run === undefined || run.length < SLOT_SIZE ? undefined : parseRunFile(run),
    cause: small.get('cause')?.toString().trim(),
  };
}

/** A file that comes in pieces of base64, packed by gzip. */
interface Part {
  write(bytes: Buffer): Promise<void>;
  /** What is kept in memory of it. */
  end(): Promise<Buffer>;
}

function memoryPart(): Part {
  const chunks: Buffer[] = [];
  return packed(SMALL_BYTES, async (unpacked) => {
    for await (const chunk of unpacked) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  });
}

/** Not cut off first: a reader may be at it, and what is there is the beginning of the same. */
function filePart(path: string, mostBytes: number): Part {
  return packed(mostBytes, async (unpacked) => {
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
    await pipeline(unpacked, createWriteStream(path, { fd, start: 0 }));
    return Buffer.alloc(0);
  });
}

function packed(mostBytes: number, take: (unpacked: NodeJS.ReadableStream) => Promise<Buffer>): Part {
  const input = new PassThrough();
  const unpacked = atMost(mostBytes);
  const taken = Promise.all([pipeline(input, createGunzip(), unpacked), take(unpacked)]);
  // Whoever ends it hears of it.
  taken.catch(() => undefined);
  return {
    async write(bytes) {
      if (!input.write(bytes)) await Promise.race([once(input, 'drain'), taken]);
    },
    async end() {
      input.end();
      return (await taken)[1];
    },
  };
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new Error('the machine says more than it may'));
      else done(null, chunk);
    },
  });
}

async function* linesOf(output: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of output) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARACTERS) throw new Error('the machine says more in a line than it may');
    yield* lines;
  }
  if (rest !== '') yield rest;
}
