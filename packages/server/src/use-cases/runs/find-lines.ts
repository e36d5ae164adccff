import type { Clock, LogPiece, LogStore } from '@errand/core';
import type { Stream } from '@errand/core/vocabulary';
import { type FoundLine, LogText } from './log-text.ts';
import type { LogState } from './read-log.ts';

/**
 * One call looks at the log for this long, or reads so many bytes; then it answers with what it found and where to go on. So nobody who searches a
 * log of a gigabyte holds anybody else up, and a search that is given up costs nothing more.
 */
const BUDGET_MS = 150;
const BUDGET_BYTES = 128 * 1024 * 1024;

/** As much is read at a time; a longer line is looked at in parts. */
const PART_BYTES = 1024 * 1024;

/** With one stream only, most of a part may not have to be read at all. */
const FILTERED_PART_BYTES = 8 * 1024 * 1024;

export interface LineQuery {
  /** A line is wanted if it holds any of these; none: every line is. */
  readonly texts: readonly string[];
  readonly stream?: Stream | undefined;
  readonly direction: 'forward' | 'back';
  readonly from?: number | undefined;
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface FoundLines {
  readonly lines: readonly FoundLine[];
  readonly next: number;
  readonly done: boolean;
  readonly size: number;
}

export interface FindLinesParts {
  readonly logs: Pick<LogStore, 'read'>;
  readonly clock: Pick<Clock, 'steady'>;
}

/** Looks for lines from an offset on in one direction, part by part, until it has enough or its budget is used up. */
export async function findLines(
  { logs, clock }: FindLinesParts,
  { log, size }: LogState,
  query: LineQuery,
): Promise<FoundLines> {
  const { direction, limit, signal, stream } = query;
  const until = clock.steady() + BUDGET_MS;
  const lines: FoundLine[] = [];
  const partBytes = stream === undefined ? PART_BYTES : FILTERED_PART_BYTES;
  const step = direction === 'forward' ? lookForward : lookBack;
  let next = Math.min(query.from ?? (direction === 'forward' ? 0 : size), size);
  let looked = 0;
  let done = false;
  while (!done && lines.length < limit && looked < BUDGET_BYTES && clock.steady() < until) {
    signal.throwIfAborted();
    const range = partAt(direction, next, { size, partBytes });
    const text = await textOf(logs.read(log, { ...range, ...(stream === undefined ? {} : { stream }) }));
    looked += range.to - range.from;
    const found = step(text, range, { ...query, limit: limit - lines.length, size });
    lines.push(...found.lines);
    ({ next, done } = found);
  }
  return { lines, next, done, size };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

interface Step extends LineQuery {
  readonly size: number;
}

function partAt(
  direction: LineQuery['direction'],
  next: number,
  { size, partBytes }: { readonly size: number; readonly partBytes: number },
): Range {
  return direction === 'forward'
    ? { from: next, to: Math.min(size, next + partBytes) }
    : { from: Math.max(0, next - partBytes), to: next };
}

/** The last line of a part may go on behind it: it is looked at again with the next one, unless it fills the part. */
function lookForward(
  text: LogText,
  { from, to }: Range,
  { texts, limit, size }: Step,
): Omit<FoundLines, 'size'> {
  const whole = to >= size;
  const cut = whole ? text.length : text.lastLineStart();
  const end = cut === 0 ? text.length : cut;
  const lines = text.find(texts, { from: 0, to: end, limit });
  const last = lines.at(-1);
  if (lines.length === limit && last !== undefined) {
    const next = text.offsetAfter(last);
    return { lines, next, done: next >= size };
  }
  const next = cut === 0 || whole ? to : text.offsetAt(cut);
  return { lines, next: Math.max(next, from), done: next >= size };
}

/** The first line of a part may have begun before it: it is looked at again with the next one, unless it fills the part. */
function lookBack(text: LogText, { from, to }: Range, { texts, limit }: Step): Omit<FoundLines, 'size'> {
  const whole = from === 0;
  const second = whole ? 0 : text.secondLineStart();
  const begin = second === -1 ? 0 : second;
  const lines = text
    .find(texts, { from: begin, to: text.length, limit: Number.POSITIVE_INFINITY })
    .toReversed();
  if (lines.length > limit) {
    const kept = lines.slice(0, limit);
    return { lines: kept, next: kept.at(-1)?.offset ?? from, done: false };
  }
  const next = second === -1 || whole || text.length === 0 ? from : text.offsetAt(begin);
  // A part with one stream may end in the middle of a line; going on from its own beginning would look at it for ever.
  return { lines, next: next < to ? next : from, done: from === 0 };
}

async function textOf(pieces: AsyncIterable<LogPiece>): Promise<LogText> {
  const all: LogPiece[] = [];
  for await (const piece of pieces) all.push(piece);
  return new LogText(all);
}
