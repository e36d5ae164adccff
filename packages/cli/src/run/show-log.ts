import { setTimeout as sleep } from 'node:timers/promises';
import type { LogOptions, LogPiece, Run, RunHandle } from '@errand/sdk';
import type { Output } from '../output/output.ts';
import type { StatusLine } from '../output/status-line.ts';

/** Where the pieces of a log go. */
export interface LogSink {
  piece(piece: Extract<LogPiece, { kind: 'data' }>): Promise<void>;
}

export interface ShowLogOptions extends Omit<LogOptions, 'onLost' | 'onFound' | 'follow'> {
  readonly status: StatusLine;
  /** Where to begin (the latest attempt); `attempt` shows that one only. */
  readonly firstAttempt?: number;
}

/**
 * Shows the log of a run as it comes, and of the attempts that follow where the run has retries left, until the run ends. A slow output
 * slows the reading: one piece is under way at a time.
 */
export async function showLog(run: RunHandle, sink: LogSink, options: ShowLogOptions): Promise<Run> {
  const { firstAttempt, ...shown } = options;
  for (let { from, attempt = firstAttempt } = options; ; ) {
    const ended = await showAttempt(run, sink, { ...shown, from, attempt });
    if (ended.endedAt !== null || options.attempt !== undefined) return ended;
    const seen = attempt ?? ended.attempt;
    options.status.note(`attempt ${seen} has ended; ${ended.why ?? 'another one follows'}`);
    const next = await nextAttempt(run, seen, options.signal);
    if (next === null) return run.latest;
    from = 0;
    attempt = next;
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

/** Waits for the attempt after that one; null where the run ended without another. */
async function nextAttempt(
  run: RunHandle,
  seen: number,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  for (;;) {
    const { attempt, endedAt } = await run.refresh();
    if (attempt > seen) return seen + 1;
    if (endedAt !== null) return null;
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
