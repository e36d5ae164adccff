import { setTimeout as sleep } from 'node:timers/promises';
import type { LogOptions, LogPiece, Run, RunHandle } from '@errand/sdk';
import type { Output } from '../output/output.ts';
import type { StatusLine } from '../output/status-line.ts';

/** Where the pieces of a log go. */
export interface LogSink {
  piece(piece: Extract<LogPiece, { kind: 'data' }>): Promise<void>;
}

export interface ShowLogOptions extends Omit<LogOptions, 'onLost' | 'onFound' | 'follow' | 'attempt'> {
  readonly status: StatusLine;
  /** Which attempt to begin with. */
  readonly attempt: number;
  /** None but that one. */
  readonly only?: boolean;
}

/**
 * Shows the log of an attempt as it comes, and of those that follow where the run has retries left, until the run ends. A slow output slows
 * the reading: one piece is under way at a time.
 */
export async function showLog(
  run: RunHandle,
  sink: LogSink,
  { attempt: first, only = false, ...options }: ShowLogOptions,
): Promise<Run> {
  for (let { from } = options, attempt = first; ; attempt += 1, from = 0) {
    const ended = await showAttempt(run, sink, { ...options, from, attempt });
    // Short attempts come faster than we read: the run may be over, and this not have been its last one.
    if (only || (ended.endedAt !== null && ended.attempt <= attempt)) return ended;
    options.status.note(`attempt ${attempt} has ended; ${ended.why ?? 'another one follows'}`);
    if (!(await hasNext(run, attempt, options.signal))) return run.latest;
  }
}

async function showAttempt(
  run: RunHandle,
  sink: LogSink,
  { status, ...options }: ShowLogOptions,
): Promise<Run> {
  let lost = false;
  const onLost = (): void => {
    lost = true;
    status.show('the connection is lost; trying again');
  };
  const onFound = (): void => {
    if (lost) status.clear();
    lost = false;
  };
  for await (const piece of run.logs({ ...options, onLost, onFound })) {
    status.clear();
    if (piece.kind === 'end') return piece.run;
    await sink.piece(piece);
  }
  return run.refresh();
}

/** Waits for the attempt after that one; false where the run ended without another. */
async function hasNext(run: RunHandle, seen: number, signal: AbortSignal | undefined): Promise<boolean> {
  for (;;) {
    const { attempt, endedAt } = await run.refresh();
    if (attempt > seen) return true;
    if (endedAt !== null) return false;
    await sleep(500, undefined, { signal });
  }
}

/** Each stream to its own output. */
export function splitTo(stdout: Output, stderr: Output): LogSink {
  return { piece: ({ stream, bytes }) => (stream === 'stdout' ? stdout : stderr).write(bytes) };
}

/** Both streams to one output, in their order of arrival. */
export function mergeTo(output: Output): LogSink {
  return { piece: ({ bytes }) => output.write(bytes) };
}
